import { expect, test } from "vitest";
import { ringing, TALK } from "../dev/world";
import { change, clean, further, hold, MOST, NO_DRAFT, shown, toSend } from "../src/desk/draft";
import { digitOf } from "../src/desk/keys";
import { originOf } from "../src/desk/origin";
import { duration, told, urgencies } from "../src/lib/said";
import type { Pop } from "../src/lib/types";
import { say, sayCode, type Key, LANGUAGES } from "../src/words";

test.each([
  ["P2D", "en", "2 days"],
  ["PT3H", "ru", "3 часа"],
  ["PT30M", "uk", "30 хвилин"],
  ["P1M", "en", "1 month"],
  ["P2D", "kk", "2 күн"],
  ["for ever", "en", "for ever"],
])("%s in %s", (iso, language, words) => expect(duration(iso, language)).toBe(words));

test("each urgency has words in each language", () => {
  const codes = "gas,fire,danger,lift,medical,flood,electric,children,elderly,cold";
  for (const code of urgencies(codes)) for (const language of LANGUAGES) expect(sayCode(language, "urgency_", code)).not.toBe(code);
  expect(urgencies("")).toEqual([]);
});

test("the further fields of a ticket come in their order, empty ones not at all", () => {
  expect(told({ duration: "P2D", entrance: "2", floor: "" })).toEqual([["entrance", "2"], ["duration", "P2D"]]);
  expect(told(undefined)).toEqual([]);
});

const said = (entrance: string): Pop => ({ ...ringing(), fields: { entrance: { value: entrance, ref: "", confidence: 0.9, source: "spoken", words: "" } } });

test("a further field with the cursor in it does not move, and goes with a confirmation that comes before it is stored", () => {
  const held = hold(NO_DRAFT, said("2"), "entrance");
  expect(shown(held, said("3"), "entrance").value).toBe("2");
  const typed = change(held, said("3"), "entrance", "4");
  expect(toSend(typed)?.mend).toEqual({ entrance: "4" });
  expect(further(typed, "c-1001")).toEqual({ entrance: "4" });
  expect(further(typed, "another")).toEqual({});
  expect(further(held, "c-1001")).toEqual({});
});

test("what the door would refuse cannot be typed", () => {
  expect(clean("phone", "+7 (701) 555-01-42 вечером")).toBe("+7 (701) 555-01-42 ");
  expect(clean("account", "№ 12-34")).toBe("1234");
  expect(clean("landmark", "x".repeat(200))).toHaveLength(MOST.landmark);
});

test("a digit chooses outside a field alone", () => {
  const press = { altKey: false, ctrlKey: false, metaKey: false, repeat: false, code: "Digit2", target: null };
  expect(digitOf(press)).toBe(2);
  expect(digitOf({ ...press, code: "Numpad3" })).toBe(3);
  expect(digitOf({ ...press, altKey: true })).toBe(0);
  expect(digitOf({ ...press, code: "KeyA" })).toBe(0);
  const field = { closest: () => ({}) } as unknown as EventTarget;
  expect(digitOf({ ...press, target: field })).toBe(0);
});

test("where a value came from, and when", () => {
  const app = { language: "en", t: (key: Key, values = {}) => say("en", key, values) } as unknown as Parameters<typeof originOf>[0];
  const field = { value: "2", ref: "", confidence: 0.9, source: "spoken" as const, words: "second entrance" };
  expect(originOf(app, { ...field, at: "2027-01-15T08:00:05Z" })).toMatch(/^heard as “second entrance” at \d\d:\d\d:05$/);
  expect(originOf(app, field)).toBe("heard as “second entrance”");
  expect(originOf(app, { ...field, source: "operator" })).toBe("");
  expect(originOf(app, undefined)).toBe("");
});

test("the invented talk grows by words that replace those that were not final", () => {
  for (const [i, step] of TALK.entries())
    if (!step.words.final) expect(TALK[i + 1]?.words.who).toBe(step.words.who);
});
