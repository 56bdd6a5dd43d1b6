"""Mass outages found from the calls: simulated towns, ordinary traffic, faults of every size, and three baselines.

    python benchmarks/outage.py [--quick] [--towns 5000,20000,80000,200000] [--faults 6] [--days 60] [--json]
    python benchmarks/outage.py --events FILE.geojson [--json]

For each town (with its network's tree; without; without coordinates as well) the detector hears a story: ordinary days,
and every 12 hours a fault (`outage_faults.py`), and then ordinary days alone. What counts as detected, and how the
extent is taken, stands in `outage_runs.py`; what is ordinary in `outage_traffic.py`.

- calls, minutes: from the fault's first one, from the fault; a fault that was not found counts as infinitely many;
- overlap: households in common over those in either, after 20 calls (after the last where fewer call), the median;
- false alarms: suspicions that ordinary days alone raise, in 30 days of one town;
- over the limit: a fault's minutes over those of a CUSUM that is told the true area and both rates, the median; `alone`
  spends the whole budget of false alarms on that one area, `of a town` shares it with all areas of the kind.

The rules beside it (`outage_baselines.py`) are calibrated on traffic of their own to one false alarm a month.
`--usual none`: no history. `--misses N`: what was missed by the most.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from outage_cost import cost
from outage_events import BadEvents, replayed
from outage_rows import VARIANTS, Asked, Result, of_town
from outage_table import figures, judged, misses, show


def towns(asked: Asked, sizes: Sequence[int], jobs: int) -> list[Result]:
    """The largest first: they take longest."""
    tasks = [(size, variant) for size in sorted(sizes, reverse=True) for variant in VARIANTS]
    if jobs < 2:
        return [result for size, variant in tasks for result in of_town(size, variant, asked)]
    with ProcessPoolExecutor(jobs) as pool:
        some = pool.map(of_town, *zip(*tasks, strict=True), [asked] * len(tasks))
        return [result for results in some for result in results]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--towns", default="5000,20000,80000,200000", help="households of each")
    parser.add_argument("--faults", type=int, default=6, help="of each kind in each town")
    parser.add_argument("--days", type=int, default=60, help="of ordinary traffic, for false alarms")
    parser.add_argument("--detector", choices=("kezek", "count", "scan"), default="kezek")
    parser.add_argument("--usual", choices=("learnt", "none"), default="learnt")
    parser.add_argument("--quick", action="store_true", help="two towns, few faults, 30 days, a cheap year")
    parser.add_argument("--events", metavar="FILE", help="replay the outages of a GeoJSON file")
    parser.add_argument("--misses", type=int, default=0, metavar="N", help="tell of the worst")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", default="109")
    parser.add_argument("--json", action="store_true", help="one last line of figures")
    told = parser.parse_args()
    if told.quick:
        told.towns, told.faults, told.days = "5000,80000", min(told.faults, 3), min(told.days, 30)
    asked = Asked(told.faults, told.days, told.detector, told.usual, told.seed)
    try:
        sizes = [int(size) for size in told.towns.split(",")]
        results = replayed(told.events, asked) if told.events else towns(asked, sizes, told.jobs)
    except (BadEvents, ValueError) as error:
        sys.exit(f"{parser.prog}: {error}")
    found = figures(results)
    show(results, found)
    misses(results, told.misses)
    if not told.events:
        spent = cost(max(sizes), asked, 4_000 if told.quick else 20_000)
        judged(spent)
        found |= spent
    if told.json:
        print(json.dumps({"benchmark": "outage", **found}))


if __name__ == "__main__":
    main()
