/** The coming hours: needed beside present operators, and the plain bars that show both. Pure. */
import type uPlot from "uplot";
import type { StaffingHour } from "../lib/report";
import type { Operator, OperatorState } from "../lib/types";

const AT_WORK: readonly OperatorState[] = ["ready", "offered", "talking", "wrap_up"];

/** How many work for a queue now, their own or one they help: neither away nor paused, and with a phone that can be rung. */
export function present(operators: readonly Operator[], queue: string): number {
  return operators.filter(
    ({ state, reachable, queues, joined }) => reachable && AT_WORK.includes(state) && (queues.includes(queue) || joined.includes(queue)),
  ).length;
}

/** Missing (negative) or spare operators in an hour, by those present now; null where nothing is known of it. */
export function balance(hour: Pick<StaffingHour, "operators">, here: number): number | null {
  return hour.operators === null ? null : here - hour.operators;
}

/** The worst of the coming hours; null when none is short. */
export function tightest(hours: readonly StaffingHour[], here: number): StaffingHour | null {
  const needed = (hour: StaffingHour | null) => hour?.operators ?? 0;
  const most = hours.reduce<StaffingHour | null>((worst, hour) => (needed(hour) > needed(worst) ? hour : worst), null);
  return needed(most) > here ? most : null;
}

/** Hours in unix seconds, needed operators, and the present ones as a level line over the whole width. */
export function columns(hours: readonly StaffingHour[], here: number | null): uPlot.AlignedData {
  const at = hours.map(({ hour }) => Date.parse(hour) / 1000);
  return [at, hours.map(({ operators }) => operators), at.map(() => here)];
}
