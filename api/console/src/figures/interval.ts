/** An interval as people name it: `14:00–15:00`, `22.11`, `22.11 14:00`. Pure. */
import { timeOfDay } from "../lib/format";
import type { Figures, Interval } from "../lib/report";

export function dayAndMonth(at: Date, language: string): string {
  if (language === "en") return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" }).format(at);
  return `${String(at.getDate()).padStart(2, "0")}.${String(at.getMonth() + 1).padStart(2, "0")}`;
}

/** `days`: the figures are of several days, so each names its own. */
export function intervalName(row: Pick<Figures, "since" | "until">, every: Interval, language: string, days: boolean): string {
  const [since, until] = [new Date(row.since), new Date(row.until)];
  const day = dayAndMonth(since, language);
  if (every === "1d") return day;
  if (every === "all") {
    const last = dayAndMonth(new Date(until.getTime() - 1), language);
    return day === last ? day : `${day} – ${last}`;
  }
  const hours = `${timeOfDay(since.getTime(), language)}–${timeOfDay(until.getTime(), language)}`;
  return days ? `${day} ${hours}` : hours;
}
