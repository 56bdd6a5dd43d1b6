/** A storm by steps, for a walk through the board: each step is a scene of dev/fake.ts. Crews speak here too. */
import type { Outage } from "../src/register/outage_types.ts";
import { area, without } from "../src/register/areas.ts";
import type { CrewWord, Suspicion } from "../src/storm/types.ts";
import type { Area } from "../src/register/types.ts";
import type { Asked } from "./register/routes.ts";
import type { Answer } from "./routes.ts";
import type { FakeStorm } from "./storm.ts";
import { ago } from "./world.ts";

const STREET = area("houses", { street_id: 6, house_from: "1", house_to: "40" });
const WHOLE: Area[] = [STREET, area("houses", { street_id: 5, house_from: "1", house_to: "30" })];

export const WALK: Record<string, (storm: FakeStorm) => void> = {
  /** The first voices of a street. */
  spark: (storm) =>
    storm.suspicions.unshift({
      id: 7, state: "open", topic: "heating", areas: [STREET], words: "", reports: 17, parties: 16, households: 1480, special_needs: 2, certainty: 0.97, usual: 0.3,
      span_s: 360, first_at: ago(360), last_at: ago(5), grown: [[ago(300), 320], [ago(90), 1110], [ago(40), 1480]], against: 0, of: [], outage_id: null, beyond: false,
      decided_at: null, decided_by: "", why: "", said: [],
    }), // prettier-ignore
  /** Another street of the same fault; one that is confirmed is larger than its outage. */
  grow: (storm) => {
    for (const one of storm.suspicions.filter(({ id }) => id === 7))
      Object.assign(one, { areas: WHOLE, households: 2600, reports: 41, parties: 38, beyond: one.outage_id !== null, last_at: ago(0), grown: [...one.grown, [ago(0), 2600]] });
  },
  /** Answers after a restoration: at some it is out still. */
  still: (storm) => {
    for (const one of storm.outages) if (one.restored.length > 0 || one.state === "restored") one.still_out = 4;
  },
};

/** Its own outage, or the one that is named, gets the areas of what is suspected. */
export function extend(storm: FakeStorm, one: Suspicion, { body, language, staff }: Asked): Answer {
  const outage = storm.outages.find(({ id }) => id === (body["outage_id"] ?? one.outage_id));
  if (!outage) return [404, { code: "not_found" }];
  if (outage.state !== "announced") return [409, { code: "outage_over" }];
  if (one.topic !== "unknown" && outage.topic !== one.topic) return [422, { code: "bad_outage" }];
  const areas = one.areas.reduce<Area[]>((all, each) => [...without(all, each), each], outage.areas);
  Object.assign(outage, { areas, ties: outage.ties + one.parties, calls: outage.calls + one.reports, version: outage.version + 1 });
  Object.assign(one, { state: "confirmed", beyond: false, outage_id: outage.id, decided_at: one.decided_at ?? ago(0), decided_by: one.decided_by || staff.login });
  storm.revision++;
  return [200, storm.toldOutage(outage, language)];
}

/** A crew that finds nothing missing in all of it ends a suspicion by rule. */
export function word(of: Suspicion | Outage, { body, staff }: Asked): Answer {
  const [says, areas] = [body["says"] as CrewWord["says"], (body["areas"] as Area[] | undefined) ?? []];
  const suspicion = "certainty" in of;
  const organisation = staff.organisation || (body["organisation"] as string) || "teplo";
  const said: CrewWord = {
    id: Date.now(), at: ago(0), suspicion_id: suspicion ? of.id : null, outage_id: suspicion ? null : of.id, organisation, by: staff.login, says, areas,
    why: String(body["why"] ?? ""),
  }; // prettier-ignore
  of.said = [said, ...(of.said ?? [])];
  if (suspicion && says === "on" && areas.length === 0) Object.assign(of, { state: "dismissed", decided_at: ago(0), decided_by: "rule", why: said.why });
  return [201, said];
}

/** What is out or suspected of an organisation; of an outage without one too. */
export function troubles(storm: FakeStorm, { staff, language }: Asked): Answer {
  const outages = storm.outages.filter(({ state, organisation, starts_at }) => state === "announced" && Date.parse(starts_at) < Date.now() && ["", staff.organisation].includes(organisation));
  const suspicions = storm.suspicions.filter(({ state, topic }) => state === "open" && topic === "heating");
  return [200, {
    suspicions: suspicions.map((one) => ({ said: [], ...storm.told(one, language) })), outages: outages.map((one) => ({ said: [], ...storm.toldOutage(one, language) })),
  }]; // prettier-ignore
}
