/** What the big figures say: sums over queues, and when a figure is good, doubtful or bad. Pure. */
import type { Operator, OperatorState, Wallboard } from "../lib/types";

export type Verdict = "good" | "warn" | "bad" | "plain";

/** The field's usual aim: 80 % answered in time. */
export const SERVICE_LEVEL_AIM_PCT = 80;
const SERVICE_LEVEL_FLOOR_PCT = 60;
const LONG_WAIT_S = 60;
const TOO_LONG_WAIT_S = 180;

export interface Figures {
  waiting: number;
  longest_wait_s: number;
  ready: number;
  signed_in: number;
}

export function figures(board: Wallboard): Figures {
  const here = board.operators.filter((operator) => operator.state !== "away");
  return {
    waiting: board.queues.reduce((sum, queue) => sum + queue.waiting, 0),
    longest_wait_s: board.queues.reduce((most, queue) => Math.max(most, queue.longest_wait_s), 0),
    ready: here.filter((operator) => operator.state === "ready" && operator.reachable && operator.desk).length,
    signed_in: here.length,
  };
}

export function judgeWait(seconds: number): Verdict {
  return seconds >= TOO_LONG_WAIT_S ? "bad" : seconds >= LONG_WAIT_S ? "warn" : "plain";
}

export function judgeServiceLevel(pct: number | null): Verdict {
  if (pct === null) return "plain";
  return pct >= SERVICE_LEVEL_AIM_PCT ? "good" : pct >= SERVICE_LEVEL_FLOOR_PCT ? "warn" : "bad";
}

const ORDER: readonly OperatorState[] = ["ready", "offered", "talking", "wrap_up", "paused", "away"];

/** By state, then who has been in it longest. */
export function inOrder(operators: readonly Operator[]): Operator[] {
  return [...operators].sort(
    (a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || Date.parse(a.since ?? "") - Date.parse(b.since ?? "") || 0,
  );
}
