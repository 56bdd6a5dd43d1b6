/** Areas of a town, and whether a house lies in one: as kezek_register/areas.py does it, for the map. Pure. */
import type { Area, Scope, Spot } from "./types";

export function area(scope: Scope, given: Partial<Area> = {}): Area {
  return {
    scope, territory_id: null, street_id: null, building_id: null, part_id: null, house_from: "", house_to: "", parity: "",
    ...given,
  }; // prettier-ignore
}

/** Which area it is, however it is named. */
export function keyOf(of: Area): string {
  const { scope, territory_id, part_id, street_id, building_id, house_from, house_to, parity } = of;
  return [scope, territory_id, part_id, street_id, building_id, house_from, house_to, parity].join(":");
}

export function added(areas: readonly Area[], one: Area): Area[] {
  return areas.some((other) => keyOf(other) === keyOf(one)) ? [...areas] : [...areas, one];
}

export function without(areas: readonly Area[], one: Area): Area[] {
  return areas.filter((other) => keyOf(other) !== keyOf(one));
}

/** Numbers as numbers, the rest after them: 2 < 2а < 2/1 < 10. */
function houseKey(house: string): (string | number)[] {
  return (house.toLowerCase().match(/\d+|[^\d]+/g) ?? []).map((part) => (/^\d/.test(part) ? Number(part) : part));
}

function compare(a: string, b: string): number {
  const [left, right] = [houseKey(a), houseKey(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [x, y] = [left[i], right[i]];
    if (x === y) continue;
    if (x === undefined) return -1;
    if (y === undefined) return 1;
    if (typeof x === typeof y) return x < y ? -1 : 1;
    return typeof x === "number" ? -1 : 1;
  }
  return 0;
}

const numberOf = (house: string): number => Number(/^\d+/.exec(house)?.[0] ?? 0);

function inRange(of: Area, house: string): boolean {
  if (house === "") return false;
  if (of.parity !== "" && (numberOf(house) % 2 === 1) !== (of.parity === "odd")) return false;
  if (of.house_from !== "" && compare(house, of.house_from) < 0) return false;
  // '9' as the end takes 9/2 and 9a along: they stand on that plot
  return of.house_to === "" || compare(house, of.house_to) <= 0 || of.house_to === String(numberOf(house));
}

export function covers(of: Area, spot: Spot): boolean {
  switch (of.scope) {
    case "all":
      return true;
    case "territory":
      return of.territory_id !== null && spot.territories.includes(of.territory_id);
    case "part":
      return of.part_id !== null && spot.parts.includes(of.part_id);
    case "street":
      return of.street_id === spot.street_id;
    case "houses":
      return of.street_id === spot.street_id && inRange(of, spot.house);
    case "building":
      return of.building_id === spot.id;
  }
}

export const affected = (areas: readonly Area[], spot: Spot): boolean => areas.some((one) => covers(one, spot));

/** A press on a house: added, or, where it stands by itself, taken away; one that lies in a wider area stays in it. */
export function pressed(areas: readonly Area[], spot: Spot): Area[] {
  const single = areas.find((one) => one.scope === "building" && one.building_id === spot.id);
  if (single) return without(areas, single);
  if (affected(areas, spot)) return [...areas];
  return added(areas, area("building", { building_id: spot.id, title: `${spot.street}, ${spot.house}` }));
}
