import { describe, expect, test } from "vitest";
import * as world from "../dev/world";
import { connected, EMPTY, mended, parse, reduce, registered, replied, type DeskMessage } from "../src/desk/protocol";
import type { Pop } from "../src/lib/types";

const snapshot = (seq: number, pop: Pop | null = null): DeskMessage => ({
  seq,
  type: "snapshot",
  data: { operator: world.operator("ready"), pop, queues: world.queues() },
});

describe("messages", () => {
  test("a snapshot replaces everything", () => {
    const before = reduce(EMPTY, snapshot(1, world.ringing()));
    const after = reduce(connected(before), snapshot(1, world.korean()));
    expect(after.pop?.call).toBe("c-1002");
    expect(after.seq).toBe(1);
  });

  test("what is on the screen stays until the new connection's snapshot comes (P14)", () => {
    const before = reduce(EMPTY, snapshot(1, world.ringing()));
    expect(connected(before).pop).toBe(before.pop);
  });

  test("a pop that a reconnect no longer brings is gone, with its reason", () => {
    const before = reduce(EMPTY, snapshot(1, world.ringing()));
    const after = reduce(connected(before), snapshot(1));
    expect([after.pop, after.gone]).toEqual([null, { call: "c-1001", why: "taken_back" }]);
  });

  test("a message said twice changes nothing", () => {
    const state = reduce(EMPTY, snapshot(1));
    expect(reduce(state, { seq: 1, type: "operator", data: world.operator("talking") })).toBe(state);
  });

  test("a pop comes, changes and goes", () => {
    let state = reduce(EMPTY, snapshot(1));
    state = reduce(state, { seq: 2, type: "pop", data: world.ringing() });
    state = reduce(state, { seq: 3, type: "pop", data: { ...world.ringing(), phase: "talking" } });
    expect(state.pop?.phase).toBe("talking");
    state = reduce(state, { seq: 4, type: "pop_gone", data: { call: "c-1001", why: "caller_left" } });
    expect([state.pop, state.gone?.why]).toEqual([null, "caller_left"]);
  });

  test("another call's end does not take this pop", () => {
    const state = reduce(EMPTY, snapshot(1, world.ringing()));
    expect(reduce(state, { seq: 2, type: "pop_gone", data: { call: "c-9", why: "done" } }).pop).toBe(state.pop);
  });

  test("a ping and a type of a newer server only count", () => {
    const state = reduce(EMPTY, snapshot(1));
    expect(reduce(state, { seq: 2, type: "ping", data: {} })).toEqual({ ...state, seq: 2 });
    expect(reduce(state, { seq: 2, type: "novelty" } as unknown as DeskMessage)).toEqual({ ...state, seq: 2 });
  });

  test.each(["", "{", "null", "[]", '{"type": "pop"}', '{"seq": "1", "type": "pop"}'])("%j is no message", (text) => {
    expect(parse(text)).toBeNull();
  });
});

describe("replies to commands", () => {
  test("a late reply does not overwrite what the socket has told since (P17)", () => {
    const now = { ...world.operator("offered"), since: "2026-01-01T10:00:05Z" };
    const state = { ...EMPTY, operator: now };
    const late = { ...world.operator("ready"), since: "2026-01-01T10:00:04Z" };
    expect(replied(state, late).operator).toBe(now);
    expect(replied(state, { ...late, since: "2026-01-01T10:00:06Z" }).operator?.state).toBe("ready");
  });

  test("a mend's reply brings the sent fields alone", () => {
    const state = { ...EMPTY, pop: { ...world.ringing(), words: [] } };
    const house = { value: "47", ref: "", confidence: 1, source: "operator" as const, words: "" };
    const answer = { ...world.ringing(), fields: { house }, note: "n" };
    const pop = mended(state, answer, ["house", "flat"]).pop;
    expect(pop?.fields.house?.value).toBe("47");
    expect(pop?.fields.flat).toBeUndefined(); // emptied ones are left out
    expect(pop?.fields.street?.value).toBe("Абай даңғылы");
    expect([pop?.words, pop?.note]).toEqual([[], ""]);
  });

  test("a confirmation marks its own call", () => {
    const state = { ...EMPTY, pop: world.ringing() };
    expect(registered(state, "c-1001", { number: "26-000124-3", filed: false }).pop?.ticket).toEqual({
      number: "26-000124-3",
      confirmed: true,
      filed: false,
    });
    expect(registered(state, "c-9", { number: "26-000124-3", filed: true })).toBe(state);
  });
});
