import { expect, test } from "vitest";
import { wallboard } from "../dev/board";
import { columns, sums } from "../src/wallboard/chart";
import { figures, inOrder, judgeServiceLevel, judgeWait } from "../src/wallboard/figures";

test("the big figures are sums and the worst of the queues", () => {
  const board = wallboard();
  const sum = figures(board);
  expect([sum.waiting, sum.signed_in]).toEqual([9, 10]);
  expect(sum.longest_wait_s).toBe(Math.max(...board.queues.map((queue) => queue.longest_wait_s)));
});

test("a ready operator whose phone is off does not count as ready (P16)", () => {
  expect(figures(wallboard()).ready).toBe(1);
});

test("verdicts", () => {
  expect([10, 60, 180].map(judgeWait)).toEqual(["plain", "warn", "bad"]);
  expect([null, 59, 60, 80].map(judgeServiceLevel)).toEqual(["plain", "bad", "warn", "good"]);
});

test("operators by state, the longest first", () => {
  const states = inOrder(wallboard().operators).map((operator) => operator.state);
  expect(states.slice(0, 4)).toEqual(["ready", "ready", "offered", "talking"]);
  const talking = inOrder(wallboard().operators).filter((operator) => operator.state === "talking");
  expect(talking[0]?.name).toBe("Ержан Қалиұлы");
});

test("the chart's columns are one time axis and a line for each series", () => {
  const { chart } = wallboard();
  expect(columns(chart).map((column) => column.length)).toEqual([60, 60, 60, 60, 60]);
  expect(sums([{ minute: "", offered: 2, answered: 1, abandoned: 1, waiting_max: 3 }]).offered).toBe(2);
});

test("an operator whose page is closed is not counted as ready, for no calls reach him", () => {
  const board = wallboard();
  const gone = board.operators.map((operator) => ({ ...operator, desk: false }));
  expect(figures({ ...board, operators: gone }).ready).toBe(0);
});
