/** Days in the address and on the wire: `from` and `to` are local days, `to` included. Pure. */

export interface Period {
  /** YYYY-MM-DD, of this machine's calendar. */
  from: string;
  to: string;
}

export const PRESETS = ["today", "yesterday", "week", "month"] as const;
export type Preset = (typeof PRESETS)[number];

const DAYS: Record<Preset, [first: number, last: number]> = { today: [0, 0], yesterday: [1, 1], week: [6, 0], month: [29, 0] };

export function dayOf(at: Date): string {
  const pad = (n: number) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
}

/** A day so many days before `now`; by the calendar, so that a clock change moves nothing. */
function daysAgo(days: number, now: Date): string {
  return dayOf(new Date(now.getFullYear(), now.getMonth(), now.getDate() - days));
}

export function preset(name: Preset, now: Date): Period {
  const [first, last] = DAYS[name];
  return { from: daysAgo(first, now), to: daysAgo(last, now) };
}

export function presetOf(period: Period, now: Date): Preset | null {
  return PRESETS.find((name) => same(preset(name, now), period)) ?? null;
}

export function same(a: Period, b: Period): boolean {
  return a.from === b.from && a.to === b.to;
}

const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;

function midnight(day: string, more = 0): Date | null {
  const [, year, month, date] = DAY.exec(day) ?? [];
  if (!year || !month || !date) return null;
  const at = new Date(Number(year), Number(month) - 1, Number(date) + more);
  return more > 0 || dayOf(at) === day ? at : null;
}

/** As typed into an address or two date fields; the days change places when they are the wrong way round, and what is none
    is today. */
export function periodFrom(from: string | null, to: string | null, now: Date): Period {
  const today = dayOf(now);
  const first = from !== null && midnight(from) ? from : today;
  const last = to !== null && midnight(to) ? to : first;
  return first <= last ? { from: first, to: last } : { from: last, to: first };
}

/** How many days. */
export function length(period: Period): number {
  const [first, last] = [midnight(period.from), midnight(period.to, 1)];
  return first && last ? Math.round((last.getTime() - first.getTime()) / 86_400_000) : 0;
}

/** `since=…&until=…` for the doors: from the first midnight to the one behind the last day. */
export function bounds(period: Period): string {
  const [first, last] = [midnight(period.from), midnight(period.to, 1)];
  if (!first || !last) return "";
  return `since=${encodeURIComponent(first.toISOString())}&until=${encodeURIComponent(last.toISOString())}`;
}
