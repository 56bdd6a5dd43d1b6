/** Suspicions and outages of one organisation as one list, the newest first. Pure. */
import type { ExecutorOutage } from "../register/outage_types";
import type { Area } from "../register/types";
import type { CrewWord, ExecutorSuspicion } from "../storm/types";

export interface Trouble {
  key: string;
  kind: "suspicions" | "outages";
  id: number;
  topic: string;
  /** A suspicion's sentence; '' for an outage. */
  words: string;
  areas: Area[];
  /** Over there already. */
  restored: Area[];
  since: string;
  said: CrewWord[];
}

export function troubles(told: { suspicions: readonly ExecutorSuspicion[]; outages: readonly ExecutorOutage[] }): Trouble[] {
  const all: Trouble[] = [
    ...told.suspicions.map(({ id, topic, words, areas, first_at, said }) => ({
      key: `s${id}`, kind: "suspicions" as const, id, topic, words, areas, restored: [], since: first_at, said,
    })),
    ...told.outages.map(({ id, topic, areas, restored, starts_at, said }) => ({
      key: `o${id}`, kind: "outages" as const, id, topic, words: "", areas, restored, since: starts_at, said,
    })),
  ]; // prettier-ignore
  return all.sort((a, b) => Date.parse(b.since) - Date.parse(a.since));
}
