/** The accounting identity, and figures by time for the chart. Pure. */
import type uPlot from "uplot";
import type { Figures } from "../lib/report";
import { type End, ENDS } from "../lib/types";

export interface Identity {
  offered: number;
  parts: { end: End; n: number }[];
  in_progress: number;
  /** offered = the sum of the ends + in progress: every call is accounted for. */
  holds: boolean;
}

export function identity(row: Figures): Identity {
  const parts = ENDS.map((end) => ({ end, n: row.ends[end] ?? 0 }));
  const sum = parts.reduce((all, { n }) => all + n, 0) + row.in_progress;
  return { offered: row.offered, parts, in_progress: row.in_progress, holds: sum === row.offered };
}

export const LINES = ["offered", "answered", "abandoned"] as const;

/** Summed over queues or operators, where there are several: a time axis in unix seconds, then a column for each line. */
export function byTime(rows: readonly Figures[]): [number[], number[], number[], number[]] {
  const at = new Map<string, [number, number, number]>();
  for (const row of rows) {
    const sum = at.get(row.since) ?? [0, 0, 0];
    at.set(row.since, [sum[0] + row.offered, sum[1] + row.answered, sum[2] + row.abandoned]);
  }
  const times = [...at.keys()].sort((a, b) => Date.parse(a) - Date.parse(b));
  const column = (which: 0 | 1 | 2) => times.map((time) => at.get(time)?.[which] ?? 0);
  return [times.map((time) => Date.parse(time) / 1000), column(0), column(1), column(2)] satisfies uPlot.AlignedData;
}
