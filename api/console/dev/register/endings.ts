/** The invented end of an outage: who is helped first, what is still out, its report. */
import { affected } from "../../src/register/areas.ts";
import type { Outage } from "../../src/register/outage_types.ts";
import type { FirstHelpLine, StillOut } from "../../src/storm/types.ts";
import type { Answer } from "../routes.ts";
import { ago } from "../world.ts";
import type { Asked } from "./routes.ts";
import { buildingOf, SPOTS, titled } from "./town.ts";

export const ENDINGS = ["still_out", "life_safety", "report"];
/** Ticked houses, by outage and building. */
const seen = new Map<string, { done_at: string; done_by: string }>();

function lines(outage: Outage): FirstHelpLine[] {
  return SPOTS.filter((spot) => spot.special_needs && affected(outage.areas, spot)).map((spot) => ({
    building_id: spot.id, street: spot.street, house: spot.house, special_needs: spot.special_needs, lifts: buildingOf(spot)?.lifts ?? 0, note: "",
    ...(seen.get(`${outage.id}:${spot.id}`) ?? { done_at: null, done_by: "" }),
  })); // prettier-ignore
}

function stillOut(outage: Outage, language: string): StillOut {
  const groups = outage.still_out === 0 ? [] : [
    { kind: "houses" as const, areas: outage.areas.slice(0, 1).map((one) => titled(one, language)), words: "Абай, 20–30: ещё нет у 3 из 4 ответивших", households: 210, parties: 3, answered: 4, certainty: 0.91 },
  ]; // prettier-ignore
  return { groups, nowhere: outage.still_out > 0 ? 1 : 0, answered: outage.still_out * 6, still_out: outage.still_out, mistaken: false, words: "" };
}

export function ending(outage: Outage, part: string, { method, body, staff, language }: Asked): Answer {
  if (part === "still_out") return [200, stillOut(outage, language)];
  if (part === "life_safety") {
    const key = `${outage.id}:${String(body["building_id"])}`;
    if (method === "POST" && body["done"] === false) seen.delete(key);
    else if (method === "POST") seen.set(key, { done_at: ago(0), done_by: staff.login });
    return [200, method === "POST" ? lines(outage).find(({ building_id }) => building_id === body["building_id"]) : { lines: lines(outage) }];
  }
  const waited = { calls: 46, mean_s: 74, p90_s: 210, longest_s: 412 };
  return [200, {
    outage: { ...outage, areas: outage.areas.map((one) => titled(one, language)) }, title: "", until: ago(0), first_report_at: ago(9_300), suspected_at: ago(9_200), confirmed_at: ago(9_000), confirmed_by: "dana",
    closed_at: outage.ended_at, closed_by: "", buildings: 31, households: 1399, people: 3120, special_needs: 2, tied: outage.ties, calls: outage.calls, saved: outage.saved,
    heard: { informed: outage.saved, answered: 46 }, heard_waited: waited, line: { answered: 311, informed: 118 }, line_waited: { ...waited, calls: 311, mean_s: 91 },
    tickets: { assigned: 12, reported: 4 }, notices: [{ what: "expected_moved", channel: "call", state: "sent", result: "", number: 121 }], answers: { yes: 8, no: outage.still_out, unreached: 3 },
    still_out: outage.still_out, first_help: lines(outage).length, first_help_done: 0, nested: [],
  }]; // prettier-ignore
}
