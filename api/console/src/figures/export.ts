/** The figures as a file: all columns, raw numbers, the field's own names as heads, the totals last. Pure. */
import type { Cell } from "../lib/csv";
import type { Figures } from "../lib/report";
import { COLUMNS, value } from "./columns";

export function exported(rows: readonly Figures[], total: Figures | null, totalName: string): Cell[][] {
  const heads = ["since", "until", "queue", "operator", ...COLUMNS.map(({ name }) => name)];
  const line = (row: Figures, since = row.since): Cell[] => [
    since, row.until, row.queue, row.operator, ...COLUMNS.map((column) => value(row, column)),
  ];
  return [heads, ...rows.map((row) => line(row)), ...(total ? [line(total, totalName)] : [])];
}
