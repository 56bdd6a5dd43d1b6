"""What leaves the house in writing: SMS by an HTTP gateway, notices and events by signed webhooks.

    register.notices ── claim ──> Writing ──> SmsGateway, Hook     (one loop of each node; calls are dialled elsewhere,
    register.webhooks ─ claim ──> Delivering ──> Hook               out of the same ledger)

An SMS goes out at most once: it is claimed before it is sent, and one of which nobody knows whether it went out is
marked unclear and shown. A webhook is sent again until it arrives: the receiver knows it by its number.
"""
