/** What the reports page is asked for, in the address and at the doors. Pure. */
import { bounds, dayOf, type Period, periodFrom, preset } from "../lib/period";
import { choice } from "../lib/route";
import { type By, BYS } from "./types";

export const PARTS = ["table", "repeats", "day"] as const;
export type Part = (typeof PARTS)[number];
export const LEAST = ["2", "3", "5"] as const;
export type Least = (typeof LEAST)[number];

export interface Query {
  part: Part;
  by: By;
  period: Period;
  least: Least;
  /** YYYY-MM-DD; "": today by the town's calendar, which this machine's clock may not be on */
  day: string;
}

/** Without a period in the address: the last 30 days, as at the door; without a day: today. */
export function readQuery(query: URLSearchParams, now: Date): Query {
  const from = query.get("from");
  return {
    part: choice(query.get("part"), PARTS),
    by: choice(query.get("by"), BYS),
    period: from === null ? preset("month", now) : periodFrom(from, query.get("to"), now),
    least: choice(query.get("least"), LEAST),
    day: /^\d{4}-\d{2}-\d{2}$/.test(query.get("day") ?? "") ? periodFrom(query.get("day"), null, now).from : "",
  };
}

/** Only what belongs to the part; the period stays between the two parts that have one. */
export function choicesOf({ part, by, period, least, day }: Query): Record<string, string> {
  if (part === "day") return day ? { part, day } : { part };
  return part === "repeats" ? { part, least, ...period } : { part, by, ...period };
}

/** `language`: of the titles, and of the files. */
export function pathOf({ part, by, period, least, day }: Query, language: string): string {
  if (part === "day") return `/api/reports/daily?${day && `day=${day}&`}language=${language}`;
  if (part === "repeats") return `/api/reports/repeats?${bounds(period)}&at_least=${least}&language=${language}`;
  return `/api/reports?by=${by}&${bounds(period)}&language=${language}`;
}

/** The day so many days away. */
export function moved(day: string, days: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return dayOf(new Date(year, month - 1, date + days));
}
