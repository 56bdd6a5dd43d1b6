/** The map marks the houses that the register's own rule (kezek_register/areas.py) finds. */
import { expect, test } from "vitest";
import { added, affected, area, covers, keyOf, pressed, without } from "../src/register/areas";
import type { Spot } from "../src/register/types";

const spot = (house: string, more: Partial<Spot> = {}): Spot => ({
  id: 31, street_id: 3, street: "Абай", house, territories: [1, 4], parts: [11, 12], people: null, special_needs: "", lon: 70, lat: 50, ...more,
});
const range = (from: string, to: string, parity: "" | "odd" | "even" = "") =>
  area("houses", { street_id: 3, house_from: from, house_to: to, parity });

test("each scope finds its own", () => {
  expect(covers(area("all"), spot("1"))).toBe(true);
  expect([covers(area("territory", { territory_id: 4 }), spot("1")), covers(area("territory", { territory_id: 5 }), spot("1"))]).toEqual([true, false]);
  expect([covers(area("part", { part_id: 11 }), spot("1")), covers(area("part", { part_id: 13 }), spot("1"))]).toEqual([true, false]);
  expect([covers(area("street", { street_id: 3 }), spot("1")), covers(area("street", { street_id: 4 }), spot("1"))]).toEqual([true, false]);
  expect([covers(area("building", { building_id: 31 }), spot("1")), covers(area("building", { building_id: 32 }), spot("1"))]).toEqual([true, false]);
});

test("a range goes by what people mean: 2 before 10, and the end takes its plot along", () => {
  expect(covers(range("2", "10"), spot("9"))).toBe(true);
  expect(covers(range("2", "10"), spot("12"))).toBe(false);
  expect([covers(range("", "9"), spot("9/2")), covers(range("", "9"), spot("9а"))]).toEqual([true, true]);
  expect([covers(range("7а", ""), spot("7")), covers(range("7", ""), spot("7а"))]).toEqual([false, true]);
  expect(covers(range("1", "9"), spot("5", { street_id: 4 }))).toBe(false);
  expect(covers(range("", ""), spot(""))).toBe(false);
});

test("a side of the street is by the number alone", () => {
  expect([covers(range("", "", "odd"), spot("7/2")), covers(range("", "", "even"), spot("7/2"))]).toEqual([true, false]);
});

test("a press adds a house, takes it away again, and leaves a wider area alone", () => {
  const one = pressed([], spot("5"));
  expect(one).toMatchObject([{ scope: "building", building_id: 31, title: "Абай, 5" }]);
  expect(pressed(one, spot("5"))).toEqual([]);
  const street = [area("street", { street_id: 3 })];
  expect(pressed(street, spot("5"))).toEqual(street);
  expect(affected(street, spot("5"))).toBe(true);
});

test("the same area is chosen once", () => {
  const all = added(added([], area("all")), area("all", { title: "Город" }));
  expect(all).toHaveLength(1);
  expect(without(all, area("all"))).toEqual([]);
  expect(keyOf(range("1", "9"))).not.toBe(keyOf(range("1", "9", "odd")));
});
