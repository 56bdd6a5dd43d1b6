/** The columns of the figures' table: which, in which group, and how each is written. Pure. */
import { clock, count, decimal } from "../lib/format";
import type { Figures } from "../lib/report";
import { SERVICE_LEVELS } from "../lib/types";
import type { Key } from "../words";

export const SETS = ["volume", "service", "times", "work"] as const;
export type ColumnSet = (typeof SETS)[number];
type Kind = "count" | "pct" | "time" | "long";

export interface Column {
  name: keyof Figures & string;
  set: ColumnSet;
  kind: Kind;
  label: Key;
  hint?: Key;
}

const column = (set: ColumnSet, kind: Kind, name: Column["name"], label: Key, hint?: Key): Column =>
  hint ? { set, kind, name, label, hint } : { set, kind, name, label };

export const COLUMNS: readonly Column[] = [
  column("volume", "count", "offered", "offered"),
  column("volume", "count", "answered", "answered"),
  column("volume", "count", "abandoned", "abandoned"),
  column("volume", "count", "short_abandoned", "short_abandoned", "short_abandoned_text"),
  column("volume", "count", "other_ends", "other_ends", "other_ends_text"),
  column("volume", "count", "in_progress", "in_progress"),
  column("volume", "count", "transferred", "transferred"),
  column("volume", "count", "callbacks", "callbacks"),
  ...SERVICE_LEVELS.map((level) => column("service", "pct", level, `${level}_name`, `${level}_text`)),
  column("service", "count", "answered_in_time", "answered_in_time"),
  column("service", "count", "abandoned_in_time", "abandoned_in_time"),
  column("times", "time", "asa_s", "asa"),
  column("times", "time", "longest_wait_s", "longest_wait"),
  column("times", "time", "abandoned_after_s", "abandoned_after"),
  column("times", "time", "aht_s", "aht", "aht_text"),
  column("times", "time", "talk_s", "talk_time"),
  column("times", "time", "hold_s", "hold_time"),
  column("times", "time", "wrap_up_s", "state_wrap_up"),
  column("work", "pct", "occupancy_pct", "occupancy", "occupancy_text"),
  column("work", "long", "signed_in_s", "signed_in_time"),
  column("work", "long", "ready_s", "state_ready"),
  column("work", "long", "paused_s", "state_paused"),
];

export function value(row: Figures, { name }: Pick<Column, "name">): number | null {
  const found = row[name];
  return typeof found === "number" ? found : null;
}

/** Hours of work are told without seconds: 7:41 is seven hours. */
function hours(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

export function written(row: Figures, column: Column, language: string): string {
  const found = value(row, column);
  if (found === null) return "–";
  switch (column.kind) {
    case "count":
      return count(found, language);
    case "pct":
      return `${decimal(found, language)} %`;
    case "time":
      return clock(Math.round(found));
    case "long":
      return hours(found);
  }
}
