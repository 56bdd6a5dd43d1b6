/** The last hour as uPlot wants it: columns, and options from the colours of the theme. */
import type uPlot from "uplot";
import { timeOfDay } from "../lib/format";
import type { ChartMinute } from "../lib/types";
import { type Look, plain } from "../ui/plot";

export const SERIES = ["waiting_max", "offered", "answered", "abandoned"] as const;
export type Series = (typeof SERIES)[number];
export const COLOUR: Record<Series, string> = {
  waiting_max: "--line-waiting",
  offered: "--line-offered",
  answered: "--line-answered",
  abandoned: "--line-abandoned",
};

export function columns(minutes: readonly ChartMinute[]): uPlot.AlignedData {
  return [
    minutes.map((minute) => Date.parse(minute.minute) / 1000),
    ...SERIES.map((name) => minutes.map((minute) => minute[name])),
  ];
}

export function sums(minutes: readonly ChartMinute[]): Record<Series, number> {
  const sum = (name: Series) => minutes.reduce((all, minute) => all + minute[name], 0);
  return {
    waiting_max: minutes.at(-1)?.waiting_max ?? 0,
    offered: sum("offered"),
    answered: sum("answered"),
    abandoned: sum("abandoned"),
  };
}

export function options(look: Look, labels: Record<Series, string>, language: string): uPlot.Options {
  const { colour } = look;
  return plain(
    look,
    (s) => timeOfDay(s * 1000, language),
    SERIES.map((name) => ({
      label: labels[name],
      stroke: colour(COLOUR[name]),
      width: name === "waiting_max" ? 1.5 : 2.5,
      points: { show: false },
      ...(name === "waiting_max" ? { fill: `${colour(COLOUR[name])}2e` } : {}),
      ...(name === "offered" ? { dash: [7, 4] } : {}),
    })),
  );
}
