/** A deadline in words and in a colour, counted on from when it was told. Pure. */
import type { Key } from "../words";
import type { Clock, Deadline } from "./types";

export type Tone = "" | "good" | "warn" | "bad";

const HOUR = 3600;
const DAY = 24 * HOUR;
/** Less than this is left: it is time. */
const SOON_S = 4 * HOUR;

/** A length in the largest unit that fits: minutes under an hour, hours under two days, else days. */
export function measure(seconds: number): { key: Key; n: number } {
  const s = Math.abs(seconds);
  if (s < HOUR) return { key: "time_m", n: Math.max(1, Math.round(s / 60)) };
  if (s < 2 * DAY) return { key: "time_h", n: Math.round(s / HOUR) };
  return { key: "time_d", n: Math.round(s / DAY) };
}

/** As it is now: a page that stands open sees it pass. */
export function present(deadline: Deadline, now_ms: number): { clock: Clock; left_s: number | null } {
  const due = Date.parse(deadline.due_at ?? "");
  if (Number.isNaN(due) || (deadline.clock !== "running" && deadline.clock !== "late"))
    return { clock: deadline.clock, left_s: deadline.left_s };
  const left_s = (due - now_ms) / 1000;
  return { clock: left_s < 0 ? "late" : "running", left_s };
}

export function tone(clock: Clock, left_s: number | null): Tone {
  if (clock === "late" || clock === "missed") return "bad";
  if (clock === "met") return "good";
  return clock === "running" && left_s !== null && left_s < SOON_S ? "warn" : "";
}
