/** What every chart of ours shares: axes, grid and letters from the colours of the theme. */
import type uPlot from "uplot";

export interface Look {
  width: number;
  height: number;
  /** A token's value, `--ink` say. */
  colour: (role: string) => string;
}

const HOUR = 3_600;
const DAY = 24 * HOUR;
/** Between two ticks of a time axis, s. */
const STEPS = [60, 120, 300, 600, 900, 1_800, HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY];
const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000];

/** A plot of counts over time from zero up; `tick` writes a time of the lower axis, unix seconds.
 * `step`: seconds between two figures; no tick stands between them. */
export function plain(look: Look, tick: (s: number) => string, series: uPlot.Series[], step = 60): uPlot.Options {
  const { width, height, colour } = look;
  const axis = {
    font: `13px ${colour("--font")}`,
    stroke: colour("--ink-2"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_, __, most) => [0, Math.max(5, Math.ceil((most ?? 0) * 1.1))] } },
    axes: [
      { ...axis, grid: { show: false }, size: 28, space: 70, incrs: STEPS.filter((s) => s >= step), values: (_, at) => at.map(tick) },
      { ...axis, size: 44, space: 36, incrs: WHOLE },
    ],
    series: [{}, ...series],
  };
}
