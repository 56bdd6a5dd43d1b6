"""What Prometheus is told of a node's parts, beside the line's own figures (metrics.py); what is normal says
docs/operations.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from kezek_api.behind import Behind
from kezek_api.exchanges import Exchanges
from kezek_api.feed import Feed
from kezek_api.health import Health
from kezek_api.hearing import Hearing

Figures = Callable[[], Iterator[Metric]]


def of_node(behind: Behind, feed: Feed, exchanges: Exchanges, hearing: Hearing) -> list[Figures]:
    return [
        lambda: of_books(behind),
        lambda: of_feed(feed),
        lambda: of_exchanges(exchanges),
        lambda: of_recogniser(hearing),
    ]


def of_health(health: Health) -> Iterator[Metric]:
    up = GaugeMetricFamily("kezek_part_up", "1 when the part is well", labels=["part"])
    losses = CounterMetricFamily("kezek_part_lost", "Times that the part was there and went away", labels=["part"])
    for part, state in health.parts.items():
        up.add_metric([part], state.ok)
        losses.add_metric([part], health.losses[part])
    again = CounterMetricFamily("kezek_task_restarts", "Times that a part of the node began again", labels=["task"])
    for part, number in health.failures.items():
        again.add_metric([part], number)
    yield from (up, losses, again)
    yield GaugeMetricFamily("kezek_draining", "1 while the node goes down in order", value=health.draining)


def of_books(behind: Behind) -> Iterator[Metric]:
    """Of the whole site: each node tells the same."""
    events, seconds = behind.feed.events, behind.feed.seconds
    yield GaugeMetricFamily("kezek_books_behind_events", "Events that SQL has not taken yet", value=events)
    yield GaugeMetricFamily("kezek_books_behind_seconds", "The age of the oldest of them", value=seconds)
    yield GaugeMetricFamily("kezek_tickets_unwritten", "Confirmed tickets that SQL lacks", value=behind.unwritten)


def of_feed(feed: Feed) -> Iterator[Metric]:
    """Of the whole site, as this node has seen it since its start."""
    told = CounterMetricFamily("kezek_line_events", "What happened in the line, by kind", labels=["event"])
    for kind, number in feed.counts.items():
        if kind:
            told.add_metric([kind], number)
    yield told
    yield CounterMetricFamily("kezek_line_events_gaps", "Times that events were missed", value=feed.counts[""])


def of_exchanges(exchanges: Exchanges) -> Iterator[Metric]:
    up = GaugeMetricFamily("kezek_ami_up", "1 when the AMI link is up", labels=["exchange"])
    since = GaugeMetricFamily(
        "kezek_ami_up_since_seconds", "Unix time at which it came up the last time", labels=["exchange"]
    )
    connects = CounterMetricFamily("kezek_ami_connects", "Times that the AMI link came up", labels=["exchange"])
    calls = GaugeMetricFamily(
        "kezek_calls", "Callers: in this node's hands, or waiting in Asterisk's own queue", labels=["exchange", "where"]
    )
    for one in exchanges:
        link = one.telephony.link if one.telephony is not None else None
        up.add_metric([one.name], one.up)
        since.add_metric([one.name], link.up_since if link is not None else 0)
        connects.add_metric([one.name], link.connects if link is not None else 0)
        calls.add_metric([one.name, "ours"], one.calls)
        calls.add_metric([one.name, "fallback"], one.in_fallback)
    yield from (up, since, connects, calls)


def of_recogniser(hearing: Hearing) -> Iterator[Metric]:
    load = hearing.own.load()
    yield GaugeMetricFamily("kezek_recogniser_streams", "Callers who are listened to", value=load.streams)
    yield GaugeMetricFamily("kezek_recogniser_lag_seconds", "Sound that waits to be heard, at most", load.lag_seconds)
    yield CounterMetricFamily("kezek_recogniser_refused", "Callers for whom there was no room", value=load.refused)
    yield CounterMetricFamily("kezek_recogniser_turned", "Streams that became a grammar for want of time", load.turned)
    yield CounterMetricFamily("kezek_recogniser_ended", "Talks no longer heard for want of time", value=load.ended)
    yield CounterMetricFamily(
        "kezek_recogniser_dropped_seconds", "Sound that came too late to be heard", value=load.dropped_seconds
    )
    factor = GaugeMetricFamily(
        "kezek_recogniser_real_time_factor", "Seconds of work for a second of sound", labels=["kind"]
    )
    for kind, value in load.real_time_factor.items():
        factor.add_metric([kind], value)
    yield factor
    up = GaugeMetricFamily("kezek_recogniser_node_up", "Recogniser nodes that answer", labels=["node"])
    streams = GaugeMetricFamily("kezek_recogniser_node_streams", "Callers heard by that node for us", labels=["node"])
    for node in hearing.nodes:
        up.add_metric([node.name], node.up)
        streams.add_metric([node.name], node.streams)
    yield from (up, streams)
