"""Mass outages found from reports of trouble. Pure: reports in, suspicions out; `now` and the town are given.

A *trouble report* is one voice ('no heating at Abay 40'); a *suspicion* is what many of them say together, until a
person or a rule confirms it (an outage is opened), dismisses it, or it fades. The words are those of outage management
systems: trouble call, predicted outage, confirmed outage.
"""
