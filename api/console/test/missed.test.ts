import { beforeEach, expect, test, vi } from "vitest";
import { crew } from "../dev/board";
import { calls, History } from "../dev/history";
import { found, joined, speakers, talkTime } from "../src/calls/rows";
import { Problem } from "../src/lib/http";
import { Loader } from "../src/lib/loader.svelte";
import { cutFirst, fate, filtered, reachedShare } from "../src/missed/rows";
import { Supervision } from "../src/wallboard/supervision.svelte";

test("'reached again' is marked, and only the others are to be called (P13)", () => {
  const rows = new History().abandoned;
  expect(rows.map(fate)).toEqual(["open", "reached", "hidden", "pending", "reached", "open", "done"]);
  expect(filtered(rows, "reached")).toHaveLength(2);
  expect(filtered(rows, "open").every((row) => row.reached_at === null)).toBe(true);
  expect(reachedShare(rows)).toEqual({ reached: 2, all: 7 });
});

test("who was cut stands before those who gave up, each in the server's order (P13)", () => {
  const { cut, left } = cutFirst(new History().abandoned);
  expect(cut.map((row) => row.call)).toEqual(["a-6"]);
  expect(left.map((row) => row.call)).toEqual(["a-1", "a-2", "a-3", "a-4", "a-5", "a-7"]);
});

test("a call is found by number, ticket or who spoke; helpers do not lengthen the talk", () => {
  const rows = calls();
  const names = { op9: "Світлана" };
  expect(found(rows, "+7 (701) 555-01-02", names).map((row) => row.call)).toEqual(["h-1"]);
  expect(found(rows, "26-000130", names).map((row) => row.call)).toEqual(["h-3"]);
  expect(found(rows, "світлана", names).map((row) => row.call)).toEqual(["h-3"]);
  expect(found(rows, " ", names)).toHaveLength(rows.length);
  const row = rows.find(({ call }) => call === "h-3")!;
  expect([speakers(row), talkTime(row)]).toEqual([["op2", "op9"], 276]);
  expect(joined(rows, rows.slice(-2))).toHaveLength(rows.length);
});

const app = { http: { ask: vi.fn() }, explain: () => "told", signedOut: vi.fn() };

test("a late answer is not heard, and a failed one leaves what was there", async () => {
  const loader = new Loader<number>(app);
  let late: (n: number) => void = () => undefined;
  const slow = loader.load(() => new Promise((done) => (late = done)));
  await loader.load(async () => 2);
  late(1);
  await slow;
  expect(loader.value).toBe(2);
  await loader.load(() => Promise.reject(new Problem(503, "unavailable", "")));
  expect([loader.value, loader.problem, loader.busy]).toEqual([2, "told", false]);
  await loader.load(() => Promise.reject(new Problem(401, "not_signed_in", "")));
  expect(app.signedOut).toHaveBeenCalledOnce();
});

const kept = new Map<string, string>();
const memory = {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
  removeItem: (key: string) => void kept.delete(key),
};
beforeEach(() => {
  kept.clear();
  app.http.ask.mockReset().mockResolvedValue(null);
});

test("whose talk is heard is remembered while that talk goes on", async () => {
  const operators = crew();
  const talking = operators[1]!;
  const supervision = new Supervision(app as never, memory);
  await supervision.start(talking, "listen");
  await supervision.start(talking, "whisper");
  expect(new Supervision(app as never, memory).present).toEqual({ operator: "op1", mode: "whisper", call: "c-901" });
  supervision.notice(operators);
  expect(supervision.present?.mode).toBe("whisper");
  supervision.notice(operators.map((one) => (one === talking ? { ...one, call: "c-next" } : one)));
  expect([supervision.present, kept.size]).toEqual([null, 0]);
});

test("a refusal to listen is told and changes nothing", async () => {
  app.http.ask.mockRejectedValue(new Problem(409, "not_allowed", ""));
  const supervision = new Supervision(app as never, memory);
  await supervision.start(crew()[2]!, "barge");
  expect([supervision.present, supervision.problem]).toEqual([null, "told"]);
});
