import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as world from "../dev/world";
import type { Desk } from "../src/desk/desk.svelte";
import { Form } from "../src/desk/form.svelte";
import { EMPTY } from "../src/desk/protocol";
import { Http, Problem } from "../src/lib/http";

const http = new Http();
const failed = vi.fn();
const ask = vi.spyOn(http, "ask");
let form: Form;

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  const state = { ...EMPTY, pop: { ...world.ringing(), phase: "talking" } };
  form = new Form({ http }, { state, failed } as unknown as Desk);
});
afterEach(() => {
  vi.useRealTimers();
});

test("a server that is away is asked again until the text is stored", async () => {
  ask.mockRejectedValue(new Problem(0, "offline", ""));
  form.change("note", "второй день");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(ask.mock.calls.length).toBeGreaterThan(2);
  expect(form.unsaved("note")).toBe(true);
});

test("what the server refuses is told once and not sent again and again", async () => {
  ask.mockRejectedValue(new Problem(422, "invalid", ""));
  form.change("note", "второй день");
  await vi.advanceTimersByTimeAsync(30_000);
  expect(ask).toHaveBeenCalledOnce();
  expect(failed).toHaveBeenCalledOnce();
  expect(form.shown("note").value).toBe("второй день");
});

test("nothing is being saved any more once the ticket is confirmed", async () => {
  form.change("house", "8");
  expect(form.unsaved("house")).toBe(true);
  const pop = { ...world.ringing(), phase: "talking", ticket: { number: "26-000001-9", confirmed: true, filed: true } };
  const confirmed = new Form({ http }, { state: { ...EMPTY, pop } } as unknown as Desk);
  confirmed.draft = form.draft;
  expect(confirmed.unsaved("house")).toBe(false);
});
