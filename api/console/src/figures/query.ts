/** What the figures page is asked for, in the address and at the door. Pure. */
import { bounds, length, type Period, periodFrom } from "../lib/period";
import { type Group, GROUPS, type Interval, INTERVALS } from "../lib/report";
import { choice } from "../lib/route";
import { type ColumnSet, SETS } from "./columns";

export interface Query {
  period: Period;
  every: Interval;
  by: Group;
  set: ColumnSet;
}

/** The door gives at most 31 days of quarters. */
const MOST_DAYS: Partial<Record<Interval, number>> = { "15m": 31, "30m": 62 };

export function possible(every: Interval, period: Period): boolean {
  return length(period) <= (MOST_DAYS[every] ?? Infinity);
}

export function readQuery(query: URLSearchParams, now: Date): Query {
  const period = periodFrom(query.get("from"), query.get("to"), now);
  const every = choice(query.get("every") ?? (length(period) > 2 ? "1d" : "1h"), INTERVALS);
  return {
    period,
    every: possible(every, period) ? every : "1d",
    by: choice(query.get("by"), GROUPS),
    set: choice(query.get("set"), SETS),
  };
}

export function choicesOf({ period, every, by, set }: Query): Record<string, string> {
  return { ...period, every, by, set };
}

export function figuresPath({ period, every, by }: Pick<Query, "period" | "every" | "by">): string {
  return `/api/figures?${bounds(period)}&every=${every}&by=${by}`;
}
