/** The invented town's houses with their coordinates, districts and networks. No real place. */
import type { AddressHit, Area, Building, Spot, TreeNode } from "../../src/register/types.ts";
import { STREETS } from "../world.ts";

const names = (kk: string, ru: string, uk: string, en: string) => ({ kk, ru, uk, en });

export const TERRITORIES: TreeNode[] = [
  { id: 1, code: "town", kind: "city", parent_id: null, names: names("Қала", "Город", "Місто", "Town") },
  { id: 2, code: "west", kind: "district", parent_id: 1, names: names("Батыс ауданы", "Западный район", "Західний район", "West district") },
  { id: 3, code: "east", kind: "district", parent_id: 1, names: names("Шығыс ауданы", "Восточный район", "Східний район", "East district") },
];

export const NETWORKS: TreeNode[] = [
  { id: 11, code: "boiler-1", kind: "boiler_house", parent_id: null, names: names("№1 қазандық", "Котельная № 1", "Котельня № 1", "Boiler house 1") },
  { id: 12, code: "m-1", kind: "heat_main", parent_id: 11, names: names("М-1 жылу магистралі", "Теплотрасса М-1", "Теплотраса М-1", "Heat main M-1") },
  { id: 13, code: "m-2", kind: "heat_main", parent_id: 11, names: names("М-2 жылу магистралі", "Теплотрасса М-2", "Теплотраса М-2", "Heat main M-2") },
  { id: 21, code: "s-7", kind: "substation", parent_id: null, names: names("«Солтүстік» қосалқы станциясы", "Подстанция «Северная»", "Підстанція «Північна»", "North substation") },
  { id: 22, code: "f-7-2", kind: "feeder", parent_id: 21, names: names("7-2 фидері", "Фидер 7-2", "Фідер 7-2", "Feeder 7-2") },
];

const CENTRE = { lon: 70.62, lat: 50.31 };
const HOUSES = 48;

/** Half of the streets run to the east, half to the north; odd houses on one side, even ones on the other. */
export const SPOTS: Spot[] = STREETS.flatMap((street, s) =>
  Array.from({ length: HOUSES }, (_, i) => {
    const id = street.id * 1000 + i + 1;
    const [along, side] = [Math.floor(i / 2) * 0.0011 - 0.013, i % 2 ? 0.00035 : -0.00035];
    const place = ((s >> 1) - 1.5) * 0.0052;
    const across = s % 2 === 0;
    const lon = CENTRE.lon + (across ? along * 1.5 : place * 1.5 + side * 1.5);
    const lat = CENTRE.lat + (across ? place + side : along);
    return {
      id, people: 70 + (id % 90), special_needs: id % 29 === 0 ? "12 пәтер: оттегі аппараты · кв. 12: аппарат кислорода" : "", street_id: street.id, street: street.name, house: String(i + 1),
      territories: [1, lon < CENTRE.lon ? 2 : 3], parts: lat > CENTRE.lat ? [11, 12, 21, 22] : [11, 13, 21], lon, lat,
    };
  }),
);

export const spotOf = (street_id: number, house: string): Spot | undefined =>
  SPOTS.find((spot) => spot.street_id === street_id && spot.house === house);

export const titleOf = (nodes: readonly TreeNode[], id: number | null, language: string): string =>
  nodes.find((node) => node.id === id)?.names[language] ?? "";

export const districtOf = (spot: Spot | undefined, language: string): string =>
  titleOf(TERRITORIES, spot?.territories.at(-1) ?? null, language);

export function buildingOf(spot: Spot | undefined): Building | null {
  if (!spot) return null;
  const { id, house, lon, lat, people, special_needs } = spot;
  return { id, house, lon, lat, people, special_needs, entrances: 2 + (id % 4), flats: 30 + (id % 50), lifts: id % 3 };
}

/** As the door finds: parts of the street's name and a house, in any order. */
export function find(text: string, limit: number, language: string): AddressHit[] {
  const words = text.toLowerCase().replace(/[.,]/g, " ").split(/\s+/).filter(Boolean);
  const house = words.find((word) => /^\d+[а-я]?(\/\d+)?$/.test(word)) ?? "";
  const parts = words.filter((word) => word !== house && !/^(ул|улица|көшесі|пр|дом)$/.test(word));
  return STREETS.filter(({ name }) => parts.every((part) => name.toLowerCase().includes(part)))
    .slice(0, limit)
    .map((street) => {
      const spot = spotOf(street.id, house);
      return { street, house, building_id: spot?.id ?? null, territory: districtOf(spot, language), score: 0.9 };
    });
}

/** What the door would call an area. */
export function titled(area: Area, language: string): Area {
  const street = STREETS.find(({ id }) => id === area.street_id)?.name ?? "";
  const spot = SPOTS.find(({ id }) => id === area.building_id);
  const side = area.parity && ({ odd: { kk: "тақ", ru: "нечётные", uk: "непарні", en: "odd" }, even: { kk: "жұп", ru: "чётные", uk: "парні", en: "even" } }[area.parity] as Record<string, string>)[language];
  const range = `${street}, ${area.house_from || "…"}–${area.house_to || "…"}${side ? `, ${side}` : ""}`;
  const title = {
    all: titleOf(TERRITORIES, 1, language), territory: titleOf(TERRITORIES, area.territory_id, language),
    part: titleOf(NETWORKS, area.part_id, language), street, houses: range, building: spot ? `${spot.street}, ${spot.house}` : "",
  }[area.scope];
  return { ...area, title };
}
