/** Who left without an answer, and what became of them. Pure. */
import type { Abandoned } from "../lib/report";

export const FILTERS = ["all", "open", "reached"] as const;
export type Filter = (typeof FILTERS)[number];

/** What can be said of one: reached since, to be called, being called, or with a number that nobody can dial. */
export type Fate = "reached" | "pending" | "done" | "hidden" | "open";

export function fate(row: Pick<Abandoned, "reached_at" | "callback" | "caller">): Fate {
  if (row.reached_at) return "reached";
  if (row.callback !== "") return row.callback;
  return row.caller === "" ? "hidden" : "open";
}

/** `open`: nobody has spoken with them yet. */
export function filtered(rows: readonly Abandoned[], filter: Filter): Abandoned[] {
  if (filter === "all") return [...rows];
  return rows.filter((row) => (fate(row) === "reached") === (filter === "reached"));
}

/** Who was cut by a failure stands before those who gave up: nobody asked them. Each in the server's order. */
export function cutFirst(rows: readonly Abandoned[]): { cut: Abandoned[]; left: Abandoned[] } {
  return { cut: rows.filter((row) => row.end === "cut"), left: rows.filter((row) => row.end !== "cut") };
}

export function reachedShare(rows: readonly Abandoned[]): { reached: number; all: number } {
  return { reached: rows.filter((row) => fate(row) === "reached").length, all: rows.length };
}
