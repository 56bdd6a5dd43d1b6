import { expect, test } from "vitest";
import { areEvents, eventsFrom, periodOf, repeatable, STATES_OF, wayTo, webhookState } from "../src/oversight/rows";
import { NOTICE_STATES } from "../src/oversight/types";
import { Paged, type Slice } from "../src/lib/paged.svelte";

test("every state of a notice is in one choice, and what was not told can be told again", () => {
  expect([...STATES_OF.waiting, ...STATES_OF.sent, ...STATES_OF.trouble].sort()).toEqual([...NOTICE_STATES].sort());
  expect(NOTICE_STATES.filter((state) => repeatable({ state }))).toEqual(["failed", "unclear", "dropped"]);
});

test("what an entry is about leads to a ticket or an outage", () => {
  expect(wayTo("outage:12")).toEqual({ page: "outage", choices: { id: "12" }, name: "12" });
  expect(wayTo("ticket:26-000123-4")?.choices).toEqual({ number: "26-000123-4" });
  expect(wayTo("26-000123-4/7")?.page).toBe("ticket");
  expect(wayTo("7", "outage_ties")?.choices).toEqual({ id: "7" });
  expect(wayTo("7", "webhook_added")).toBeNull();
  expect(wayTo("state=open&topic=heating")).toBeNull();
});

test("a period stands in the audit as it was asked for", () => {
  expect(periodOf("2026-11-01T00:00:00+00:00/")).toEqual(["2026-11-01T00:00:00+00:00", ""]);
  expect(["/", "", "26-000123-4/7", "state=open", "a/b"].map(periodOf)).toEqual([null, null, null, null, null]);
});

test("events are read as they are typed", () => {
  expect(eventsFrom(" ticket.*, outage.open;ticket.*\n")).toEqual(["ticket.*", "outage.open"]);
  expect(["", "ticket.*", "ticket.close outage.open"].every(areEvents)).toBe(true);
  expect(["ticket", "*.*", "Ticket.close", "ticket.cl*"].some(areEvents)).toBe(false);
});

test("a webhook is off because a person said so, or because it failed", () => {
  expect(webhookState({ active: true, stopped: "" })).toBe("on");
  expect(webhookState({ active: false, stopped: "" })).toBe("off");
  expect(webhookState({ active: false, stopped: "gone" })).toBe("gone");
});

test("pages follow one another, each row once, until the last", async () => {
  const told: Record<string, Slice<number>> = { "": { items: [1, 2], next: "a" }, a: { items: [2, 3], next: "" } };
  const asked: string[] = [];
  const pages = new Paged<number>({ explain: String, signedOut: () => undefined }, (one) => one);
  pages.begin(async (after) => (asked.push(after), told[after] ?? { items: [], next: "" }));
  await Promise.resolve();
  await expect.poll(() => pages.loader.value?.items).toEqual([1, 2]);
  await pages.older();
  expect(pages.loader.value).toEqual({ items: [1, 2, 3], next: "" });
  await pages.older();
  pages.put(3);
  expect(asked).toEqual(["", "a"]);
});
