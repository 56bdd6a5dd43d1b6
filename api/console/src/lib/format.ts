/** Durations, phone numbers, counts and registration numbers as people read them. Pure. */

/** Seconds as `0:07`, `12:05` or `1:02:30`; negative counts as none. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const pad = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}

/** Seconds from an ISO time until `now_ms`; 0 for no time or one in the future. */
export function elapsed(since: string | null, now_ms: number): number {
  const then = Date.parse(since ?? "");
  return Number.isNaN(then) ? 0 : Math.max(0, (now_ms - then) / 1000);
}

/** Seconds from `now_ms` until an ISO time, rounded up: a countdown shows 0:01 until it is over. */
export function remaining(until: string | null, now_ms: number): number {
  const then = Date.parse(until ?? "");
  return Number.isNaN(then) ? 0 : Math.max(0, Math.ceil((then - now_ms) / 1000));
}

const PLANS: readonly [prefix: RegExp, country: number, groups: readonly number[]][] = [
  [/^\+7\d{10}$/, 1, [3, 3, 2, 2]],
  [/^\+380\d{9}$/, 3, [2, 3, 2, 2]],
  [/^\+82\d{9,10}$/, 2, [2, 4, 4]],
];

/** `+77012345678` as `+7 701 234 56 78`; what fits no plan known here comes back in threes, an extension as it is. */
export function phone(number: string): string {
  const bare = number.replace(/[\s()-]/g, "");
  if (!/^\+?\d+$/.test(bare)) return number;
  for (const [pattern, country, groups] of PLANS) {
    if (!pattern.test(bare)) continue;
    const parts = [bare.slice(0, country + 1)];
    let at = country + 1;
    for (const size of groups) {
      parts.push(bare.slice(at, at + size));
      at += size;
    }
    return parts.filter((part) => part !== "").join(" ");
  }
  if (bare.replace("+", "").length <= 5) return bare;
  return bare.replace(/(\d)(?=(\d{3})+$)/g, "$1 ");
}

/** A registration number `26-000123-4` in the groups in which it is spoken: `26`, `000`, `123`, `4`. */
export function spoken(number: string): string[] {
  return number
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== "")
    .flatMap((part) => (part.length > 4 ? (part.match(/.{1,3}/g) ?? [part]) : [part]));
}

/** Where a browser has no Kazakh of its own: numbers and hours are written alike. */
const SPARE = "ru";

export function count(n: number, language: string): string {
  return new Intl.NumberFormat(language === "kk" ? SPARE : language).format(n); // some browsers claim Kazakh and group by commas
}

/** With one place behind the comma. */
export function decimal(n: number, language: string): string {
  const places = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return new Intl.NumberFormat(language === "kk" ? SPARE : language, places).format(n);
}

/** A share in whole percent, without the sign; a dash when there is none. */
export function percent(share: number | null): string {
  return share === null || Number.isNaN(share) ? "–" : String(Math.round(share));
}

export function timeOfDay(at: string | number, language: string, seconds = false): string {
  return new Intl.DateTimeFormat([language, SPARE], {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    ...(seconds ? { second: "2-digit" as const } : {}),
  }).format(new Date(at));
}

/** Today: the time; another day: day and month too. */
export function when(at: string | null, now_ms: number, language: string): string {
  const then = Date.parse(at ?? "");
  if (Number.isNaN(then)) return "";
  if (new Date(then).toDateString() === new Date(now_ms).toDateString()) return timeOfDay(then, language);
  const day = new Date(then);
  if (language === "en") return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" }).format(day);
  // Not every browser knows Kazakh months: figures are the same everywhere.
  return `${String(day.getDate()).padStart(2, "0")}.${String(day.getMonth() + 1).padStart(2, "0")}`;
}

/** Today: the time; another day: that day and the time. */
export function moment(at: string | null, now_ms: number, language: string): string {
  const day = when(at, now_ms, language);
  if (day === "" || at === null) return "";
  const time = timeOfDay(at, language);
  return day === time ? time : `${day}, ${time}`;
}

export type Sureness = "sure" | "likely" | "unsure";

/** How far a field may be trusted; the same bounds for every field. */
export function sureness(confidence: number): Sureness {
  return confidence >= 0.8 ? "sure" : confidence >= 0.6 ? "likely" : "unsure";
}
