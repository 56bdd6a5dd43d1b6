/** The history's rows as they are looked for. Pure. */
import type { CallRow } from "../lib/report";

/** By digits of the number, the ticket, the queue, an operator's login or name. */
export function found(rows: readonly CallRow[], query: string, names: Record<string, string>): CallRow[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === "") return [...rows];
  const digits = wanted.replace(/[\s()+-]/g, "");
  const number = /^\d+$/.test(digits) ? digits : "";
  return rows.filter(
    (row) =>
      (number !== "" && (row.caller.includes(number) || row.ticket.replaceAll("-", "").includes(number))) ||
      [row.queue, ...row.legs.flatMap((leg) => [leg.operator, names[leg.operator] ?? ""])].some((text) =>
        text.toLowerCase().includes(wanted),
      ),
  );
}

/** Who spoke, in order, each once. */
export function speakers(row: Pick<CallRow, "legs">): string[] {
  return [...new Set(row.legs.map((leg) => leg.operator))];
}

export function talkTime(row: Pick<CallRow, "legs">): number {
  return row.legs.reduce((sum, leg) => sum + (leg.how === "helper" ? 0 : leg.talk_s), 0);
}

/** Older ones are appended; a call that came twice, at the seam, stays once. */
export function joined(newer: readonly CallRow[], older: readonly CallRow[]): CallRow[] {
  const known = new Set(newer.map((row) => row.call));
  return [...newer, ...older.filter((row) => !known.has(row.call))];
}
