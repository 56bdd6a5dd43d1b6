import { expect, test } from "vitest";
import { underHeads } from "../src/duties/heads";
import { generalFirst } from "../src/duties/rules";
import { Http } from "../src/lib/http";
import { fromLocal, toLocal } from "../src/lib/local";
import { draftOf } from "../src/outages/draft";
import { overdue, phaseOf } from "../src/outages/phase";
import { mayRule, mayTend } from "../src/outages/rights";
import { area } from "../src/register/areas";
import { measure, present, tone } from "../src/register/deadline";
import { query, RegisterDoors } from "../src/register/doors";
import { asked, fromQuery, NONE, set, toQuery } from "../src/register/filters";
import { isPhoto, PHOTO_MOST } from "../src/register/photo";
import { addressOf, offered, story } from "../src/register/story";
import { assetOf, branches, nameIn, topicBranches } from "../src/register/tree";
import type { Duty, Organisation } from "../src/register/types";
import { shownIn, urgent } from "../src/work/tabs";

const NOW = Date.UTC(2026, 2, 31, 12);
const at = (s: number) => new Date(NOW + s * 1000).toISOString();

test("a length is told in the largest unit that fits, and never as nothing", () => {
  expect(measure(20)).toEqual({ key: "time_m", n: 1 });
  expect(measure(-5_400)).toEqual({ key: "time_h", n: 2 });
  expect(measure(47 * 3600)).toEqual({ key: "time_h", n: 47 });
  expect(measure(72 * 3600)).toEqual({ key: "time_d", n: 3 });
});

test("a deadline passes while the page stands open; a paused one does not run", () => {
  const running = { clock: "running" as const, due_at: at(60), left_s: 60 };
  expect(present(running, NOW)).toEqual({ clock: "running", left_s: 60 });
  expect(present(running, NOW + 90_000)).toEqual({ clock: "late", left_s: -30 });
  expect(present({ clock: "late", due_at: at(600), left_s: -1 }, NOW).clock).toBe("running"); // it was moved
  expect(present({ clock: "paused", due_at: null, left_s: null }, NOW)).toEqual({ clock: "paused", left_s: null });
  expect([tone("late", -1), tone("missed", null), tone("met", null), tone("running", 60), tone("running", 90_000), tone("paused", null)]).toEqual([
    "bad", "bad", "good", "warn", "", "",
  ]);
});

test("the list's filters stand in the address, and nonsense there is left out", () => {
  const filters = fromQuery(new URLSearchParams("kind=complaint&late=true&street=3&building=x&state=<b>&q=лифт"));
  expect([filters.kind, filters.late, filters.street, filters.building, filters.state]).toEqual(["complaint", "true", "3", "", "open"]);
  expect(fromQuery(new URLSearchParams(query(toQuery(filters)).slice(1)))).toEqual(filters);
  expect(set(NONE)).toBe(0);
  expect(set(filters)).toBe(4);
  expect(set({ ...NONE, state: "any" })).toBe(1);
});

test("the door is asked for the narrowest place, for any state, and not for words of the page alone", () => {
  expect(asked({ ...NONE, street: "3", building: "31", where: "Абай, 1" })).toMatchObject({ building: "31", state: "open" });
  expect(asked({ ...NONE, street: "3", building: "31" })).not.toHaveProperty("street");
  expect(asked({ ...NONE, where: "Абай" })).not.toHaveProperty("where");
  expect(query(asked({ ...NONE, state: "any" }, "c"))).toBe("?after=c&limit=50");
});

test("what happened is one list, newest first", () => {
  const move = (seconds: number, name: "register" | "assign") =>
    ({ at: at(seconds), who: "a", move: name, before: "registered", after: "assigned", organisation: "", organisation_title: "", why: "" }) as const;
  const note = { at: at(5), who: "b", text: "n", public: false };
  const all = story({ moves: [move(0, "register"), move(9, "assign")], notes: [note], photos: [] });
  expect(all.map((one) => one.what)).toEqual(["move", "note", "move"]);
  expect(all[0]?.what === "move" && all[0].move.move).toBe("assign");
});

test("moves are offered as the door allows them, the usual one first", () => {
  expect(offered(["refuse", "close", "accept", "register", "dance"])).toEqual(["accept", "close", "refuse"]);
});

test("an address is written without what is missing", () => {
  expect(addressOf({ street: "Абай", house: "45", flat: "12" }, (flat) => `кв. ${flat}`)).toBe("Абай, 45, кв. 12");
  expect(addressOf({ street: "", house: "", flat: "" }, String)).toBe("");
});

test("only pictures go up, and none that the door would refuse", () => {
  expect(isPhoto({ type: "image/jpeg", size: 1 })).toBe(true);
  expect(isPhoto({ type: "image/svg+xml", size: 1 })).toBe(false);
  expect([0, PHOTO_MOST + 1].some((size) => isPhoto({ type: "image/png", size }))).toBe(false);
});

test("trees: parents before children, orphans at the root, names in the reader's language", () => {
  const node = (id: number, parent_id: number | null, ru: string) => ({ id, code: `c${id}`, kind: "district", parent_id, names: { ru } });
  const tree = branches([node(3, 1, "Б 10"), node(1, null, "Город"), node(2, 1, "Б 9"), node(4, 99, "Хутор")], "kk");
  expect(tree.map(({ title, depth }) => `${depth}${title}`)).toEqual(["0Город", "1Б 9", "1Б 10", "0Хутор"]);
  expect(nameIn({}, "ru", "code")).toBe("code");
});

test("topics stand under their parents, however deep, and ask them what they are about", () => {
  const topic = (code: string, parent: string, asset_kind = "") => ({ code, parent, names: {}, asset_kind });
  const all = [topic("cold", "water"), topic("water", "", "pipe"), topic("rust", "cold"), topic("x", "y"), topic("y", "x")];
  expect(topicBranches(all, (code) => code).map(({ key, depth }) => `${depth}${key}`)).toEqual(["0water", "1cold", "2rust"]);
  expect([assetOf(all, "rust"), assetOf(all, "water"), assetOf(all, "x"), assetOf(all, "gone")]).toEqual(["pipe", "pipe", "", ""]);
});

test("organisations stand under their heads; a ring of heads loses nobody", () => {
  const one = (code: string, parent: string) => ({ code, parent, names: { ru: code } }) as unknown as Organisation;
  const all = underHeads([one("b", "a"), one("a", ""), one("x", "y"), one("y", "x"), one("z", "gone")], "ru");
  expect(all.map(({ organisation, depth }) => `${depth}${organisation.code}`)).toEqual(["0a", "1b", "0z", "0x", "0y"]);
});

test("rules are read from the general to the special", () => {
  const rule = (id: number, asset_kind: string, scope: "all" | "building" | "street") => ({ id, asset_kind, area: area(scope) }) as Duty;
  const kinds = ["pipe", "lift"].map((code) => ({ code, names: {} }));
  const read = generalFirst([rule(1, "lift", "all"), rule(2, "pipe", "building"), rule(3, "pipe", "all"), rule(4, "odd", "all")], kinds);
  expect(read.map(({ id }) => id)).toEqual([3, 2, 1, 4]);
});

test("an outage is coming, lasts, is overdue", () => {
  const outage = { state: "announced" as const, starts_at: at(-60), expected_at: at(-10) };
  expect([phaseOf(outage, NOW), overdue(outage, NOW)]).toEqual(["now", true]);
  expect(phaseOf({ ...outage, starts_at: at(60) }, NOW)).toBe("coming");
  expect(overdue({ ...outage, state: "restored" as never }, NOW)).toBe(false);
  expect(overdue({ ...outage, expected_at: null }, NOW)).toBe(false);
});

test("the editor begins with now, and with a copy of what there is", () => {
  const fresh = draftOf(null, NOW);
  expect([fresh.starts_at, fresh.level, fresh.areas]).toEqual([at(0), 2, []]);
  const areas = [area("all")];
  const copy = draftOf({ ...fresh, state: "announced", areas, words: { ru: "a" } } as never, NOW);
  copy.words["ru"] = "b";
  expect(copy.areas[0]).not.toBe(areas[0]);
});

test("times of the browser's own fields go to the doors with their zone", () => {
  expect(fromLocal(toLocal(at(0)))).toBe(at(0));
  expect([toLocal(null), toLocal("soon"), fromLocal("")]).toEqual(["", "", null]);
});

test("who may do what: the second line tends outages, managers rule", () => {
  expect([mayTend({ role: "operator" }), mayTend({ role: "operator", second_line: true }), mayTend({ role: "manager" })]).toEqual([false, true, true]);
  expect([mayTend({ role: "executor", second_line: true }), mayTend(null), mayRule({ role: "operator", second_line: true })]).toEqual([false, false, false]);
});

test("an executor sees first what is due first", () => {
  const ticket = (state: "assigned" | "accepted" | "reported", due: number | null) =>
    ({ state, deadline: { clock: "running" as const, due_at: due === null ? null : at(due), left_s: due } });
  const all = [ticket("assigned", null), ticket("assigned", 900), ticket("assigned", -5), ticket("reported", 1)];
  expect(urgent(shownIn(all, "new")).map(({ deadline }) => deadline.left_s)).toEqual([-5, 900, null]);
  expect(shownIn(all, "going")).toEqual([]);
});

test("a change names the version it was made of, a photo goes as it is, an order carries its key", async () => {
  const heard: [string, RequestInit][] = [];
  const doors = new RegisterDoors(
    new Http(async (path, init) => {
      heard.push([String(path), init ?? {}]);
      return new Response("{}", { headers: { "Content-Type": "application/json" } });
    }),
  );
  await doors.move("26-1", 7, { move: "accept", organisation: "", why: "" });
  await doors.photo("26-1", new Blob(["x"], { type: "image/png" }), "a b");
  await doors.registerTicket({} as never, "k1");
  const [move, photo, fresh] = heard;
  expect(move?.[1].headers).toMatchObject({ "If-Match": '"7"', "Content-Type": "application/json" });
  expect(photo?.[0]).toBe("/api/tickets/26-1/photos?words=a+b");
  expect(photo?.[1].headers).toMatchObject({ "Content-Type": "image/png" });
  expect(photo?.[1].body).toBeInstanceOf(Blob);
  expect(fresh?.[1].headers).toMatchObject({ "Idempotency-Key": "k1" });
});
