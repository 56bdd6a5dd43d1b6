/** The last hour as uPlot wants it: columns, and options from the colours of the theme. */
import type uPlot from "uplot";
import { timeOfDay } from "../lib/format";
import type { ChartMinute } from "../lib/types";

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

interface Look {
  language: string;
  width: number;
  height: number;
  labels: Record<Series, string>;
  colour: (role: string) => string;
}

export function options({ language, width, height, labels, colour }: Look): uPlot.Options {
  const font = `13px ${colour("--font")}`;
  const axis = {
    font,
    stroke: colour("--ink-2"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_, __, most) => [0, Math.max(5, Math.ceil(most * 1.1))] } },
    axes: [
      { ...axis, grid: { show: false }, size: 28, space: 70, values: (_, at) => at.map((s) => timeOfDay(s * 1000, language)) },
      { ...axis, size: 38, space: 36, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] },
    ],
    series: [
      {},
      ...SERIES.map((name) => ({
        label: labels[name],
        stroke: colour(COLOUR[name]),
        width: name === "waiting_max" ? 1.5 : 2.5,
        points: { show: false },
        ...(name === "waiting_max" ? { fill: `${colour(COLOUR[name])}2e` } : {}),
        ...(name === "offered" ? { dash: [7, 4] } : {}),
      })),
    ],
  };
}
