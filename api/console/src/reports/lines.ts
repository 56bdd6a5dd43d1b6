/** The lines of a report as columns, names and bars. Pure. */
import { count, decimal } from "../lib/format";
import { sayCode, say, type Key, type Language } from "../words";
import type { By, ReportLine } from "./types";

export interface Column {
  name: Exclude<keyof ReportLine, "key" | "title">;
  label: Key;
  hint?: Key;
}

export const COLUMNS: readonly Column[] = [
  { name: "registered", label: "count_registered" },
  { name: "open", label: "count_open" },
  { name: "closed", label: "count_closed" },
  { name: "refused", label: "count_refused" },
  { name: "on_time", label: "count_on_time" },
  { name: "late", label: "count_late", hint: "count_late_text" },
  { name: "overdue", label: "count_overdue", hint: "count_overdue_text" },
  { name: "reopened", label: "count_reopened" },
  { name: "to_close_h", label: "count_to_close", hint: "count_to_close_text" },
];

export function written(line: ReportLine, { name }: Pick<Column, "name">, language: string): string {
  const found = line[name];
  if (found === null) return "–";
  return name === "to_close_h" ? decimal(found, language) : count(found, language);
}

/** `2026-11-22` as 22.11 or 22 Nov, `2026-11` as 11.2026 or Nov 2026; anything else as it is. */
export function calendar(key: string, by: "day" | "month", language: string): string {
  const [, year, month, day] = /^(\d{4})-(\d\d)(?:-(\d\d))?/.exec(key) ?? [];
  if (!year || !month) return key;
  const at = new Date(Number(year), Number(month) - 1, Number(day ?? 1));
  if (language === "en")
    return new Intl.DateTimeFormat("en-GB", by === "day" ? { day: "numeric", month: "short" } : { month: "short", year: "numeric" }).format(at);
  return by === "day" ? `${day ?? ""}.${month}` : `${month}.${year}`;
}

export function nameOf(line: Pick<ReportLine, "key" | "title">, by: By, language: Language): string {
  if (line.title) return line.title;
  if (line.key === "") return say(language, "report_nothing");
  if (by === "kind" || by === "channel") return sayCode(language, `${by}_`, line.key);
  if (by === "day" || by === "month") return calendar(line.key, by, language);
  return line.key;
}

/** A part of a stacked bar: which figure, and its colour's token. */
export interface Slice {
  name: Column["name"];
  label: Key;
  colour: string;
}

/** Together all that were registered. */
export const STATES: readonly Slice[] = [
  { name: "closed", label: "count_closed", colour: "--line-answered" },
  { name: "open", label: "count_open", colour: "--line-waiting" },
  { name: "refused", label: "count_refused", colour: "--line-strong" },
];
/** Of those with a deadline. */
export const DEADLINES: readonly Slice[] = [
  { name: "on_time", label: "count_on_time", colour: "--line-answered" },
  { name: "late", label: "count_late", colour: "--line-waiting" },
  { name: "overdue", label: "count_overdue", colour: "--line-abandoned" },
];

export const sum = (line: ReportLine, slices: readonly Slice[]): number =>
  slices.reduce((all, { name }) => all + (line[name] ?? 0), 0);

/** Days and months are drawn along an axis of time, all of them; of the rest the largest. */
export const upright = (by: By): boolean => by === "day" || by === "month";

const MOST_BARS = 10;

export function drawn(lines: readonly ReportLine[], by: By): readonly ReportLine[] {
  return upright(by) ? lines : lines.slice(0, MOST_BARS);
}

/** How late, in days from two of them up, else in hours, never none. */
export function lateness(hours: number): { unit: "time_d" | "time_h"; n: number } {
  return hours >= 48 ? { unit: "time_d", n: Math.floor(hours / 24) } : { unit: "time_h", n: Math.max(1, Math.round(hours)) };
}
