import { expect, test } from "vitest";
import { ringing } from "../dev/world";
import { change, clean, hold, MOST, NO_DRAFT, release, shown, stored, toSend } from "../src/desk/draft";
import type { Pop } from "../src/lib/types";

const heard = (value: string): Pop => {
  const pop = ringing();
  return { ...pop, fields: { ...pop.fields, house: { value, ref: "", confidence: 0.9, source: "spoken", words: value } } };
};

test("a field that nobody edits follows the call", () => {
  expect(shown(NO_DRAFT, heard("45"), "house").value).toBe("45");
  expect(shown(NO_DRAFT, heard("47"), "house").value).toBe("47");
});

test("a field with the cursor in it does not move under the operator's hands", () => {
  const draft = hold(NO_DRAFT, heard("45"), "house");
  expect(shown(draft, heard("47"), "house").value).toBe("45");
});

test("left untouched, it follows the call again and is not sent", () => {
  const draft = release(hold(NO_DRAFT, heard("45"), "house"), "house");
  expect(shown(draft, heard("47"), "house").value).toBe("47");
  expect(toSend(draft)).toBeNull();
});

test("what was typed stays after the cursor has left, until it is stored", () => {
  let draft = change(hold(NO_DRAFT, heard("45"), "house"), heard("45"), "house", "12/2");
  draft = release(draft, "house");
  expect(shown(draft, heard("47"), "house").value).toBe("12/2");
  const out = toSend(draft);
  expect(out?.mend).toEqual({ house: "12/2" });
  expect(shown(stored(draft, out?.edits ?? {}), heard("12/2"), "house").value).toBe("12/2");
});

test("what was typed on while it was being stored stays to be sent", () => {
  const draft = change(NO_DRAFT, heard("45"), "house", "12");
  const out = toSend(draft);
  const later = stored(change(draft, heard("45"), "house", "12/2"), out?.edits ?? {});
  expect(toSend(later)?.mend).toEqual({ house: "12/2" });
});

test("a stored field that still has the cursor keeps its text", () => {
  const draft = change(hold(NO_DRAFT, heard("45"), "house"), heard("45"), "house", "12");
  const after = stored(draft, toSend(draft)?.edits ?? {});
  expect(shown(after, heard("99"), "house").value).toBe("12");
  expect(toSend(after)).toBeNull();
});

test("a street goes with its id; half a name being typed does not go", () => {
  const pop = ringing();
  expect(toSend(change(hold(NO_DRAFT, pop, "street"), pop, "street", "Ау"))).toBeNull();
  const chosen = change(NO_DRAFT, pop, "street", "Әуезов", "3");
  expect(toSend(chosen)?.mend).toEqual({ street: "Әуезов", street_id: 3 });
});

test("another call begins with its own fields", () => {
  const draft = change(NO_DRAFT, heard("45"), "house", "12");
  const other = { ...heard("8"), call: "c-2" };
  expect(shown(draft, other, "house").value).toBe("8");
  expect(hold(draft, other, "flat").edits.house).toBeUndefined();
});

test("pasted text becomes what the door takes", () => {
  expect(clean("house", "12\t/2\u0000")).toBe("12 /2 ");
  expect(clean("note", "первая\nвторая\u000b")).toBe("первая\nвторая");
  expect(clean("note", "x".repeat(5_000))).toHaveLength(MOST.note);
  expect(clean("street", "x".repeat(5_000))).toHaveLength(MOST.field);
});
