/** What the storm board says of what it shows: whether it is calm, what comes first, how a suspicion grew. Pure. */
import { overdue } from "../outages/phase";
import { affected, keyOf, without } from "../register/areas";
import type { Outage, OutageStep, Restoration } from "../register/outage_types";
import type { Area, Place } from "../register/types";
import { type Ladder, type RungName, RUNGS, type Suspicion } from "./types";

/** To be decided: open, or confirmed and grown beyond its outage; the surest and largest first. */
export function toDecide(all: readonly Suspicion[]): Suspicion[] {
  return all
    .filter(({ state, beyond }) => state === "open" || (state === "confirmed" && beyond))
    .sort((a, b) => b.certainty * b.households - a.certainty * a.households || b.id - a.id);
}

/** Overdue ones first, then those that concern most who called. */
export function inOrder(outages: readonly Outage[], now_ms: number): Outage[] {
  return [...outages].sort((a, b) => Number(overdue(b, now_ms)) - Number(overdue(a, now_ms)) || b.ties - a.ties || b.id - a.id);
}

export function isCalm(ladder: Pick<Ladder, "rung"> | null, suspicions: readonly Suspicion[], outages: readonly Outage[], additions: number): boolean {
  return (ladder?.rung.name ?? "normal") === "normal" && toDecide(suspicions).length === 0 && outages.length === 0 && additions === 0;
}

/** Of `s7` under `s`: 7; null where another kind of matter is meant. */
export const idIn = (key: string | null, kind: "s" | "o"): number | null => (key?.startsWith(kind) ? Number(key.slice(1)) : null);

export const height = (name: RungName): number => RUNGS.indexOf(name);

/** What is suspected where a caller is: those of his own house, street, district, and network. */
export function suspectedAt(place: Pick<Place, "street" | "house" | "building" | "territories" | "networks">, all: readonly Suspicion[]): Suspicion[] {
  const ids = (of: readonly { id: number }[]) => of.map(({ id }) => id);
  const spot = {
    id: place.building?.id ?? 0, street_id: place.street.id, street: place.street.name, house: place.house, territories: ids(place.territories),
    parts: ids(place.networks), people: null, special_needs: "", lon: 0, lat: 0,
  };
  return all.filter(({ state, areas }) => state === "open" && affected(areas, spot));
}

/** The rung one step up (1) or down (-1); null at the ends. */
export function beside(name: RungName, step: 1 | -1): RungName | null {
  return RUNGS[height(name) + step] ?? null;
}

/** Where it is not over yet: the parts that are written down as over are left out. */
export function left(outage: Pick<Outage, "areas" | "restored">): Area[] {
  return outage.restored.reduce<Area[]>((areas, one) => without(areas, one), [...outage.areas]);
}

/** The part that was over last, unless that was a mistake. */
export function lastStep(outage: Pick<Outage, "restorations">): Restoration | null {
  return outage.restorations.filter(({ closes, taken_back_at }) => !closes && !taken_back_at).at(-1) ?? null;
}

export const sameAreas = (a: readonly Area[], b: readonly Area[]): boolean =>
  a.map(keyOf).sort().join("|") === b.map(keyOf).sort().join("|");

/** A line of `grown` in a box of 100 by 30, as steps: it was so large until it grew; the last size lasts until `until_ms`. */
export function spark(grown: Suspicion["grown"], until_ms: number): string {
  const first = grown[0];
  if (!first) return "";
  const [from, most] = [Date.parse(first[0]), Math.max(...grown.map(([, n]) => n), 1)];
  const span = Math.max(1, until_ms - from);
  const x = (at: number) => Math.round(Math.min(100, Math.max(0, ((at - from) / span) * 100)) * 10) / 10;
  const y = (n: number) => Math.round((28 - (n / most) * 26) * 10) / 10;
  const points = grown.map(([at, n], i) => (i === 0 ? `M0 ${y(n)}` : `H${x(Date.parse(at))}V${y(n)}`));
  return `${points.join("")}H100`;
}

export type ChainState = "" | "running" | "taken" | "nobody";

/** How far the call-out chain came: somebody comes, somebody is being called, or it ended with nobody. */
export function chainState(outage: Pick<Outage, "chain_at" | "steps">): ChainState {
  const chain = outage.steps.filter(({ list }) => list === "call_out");
  if (chain.some(({ done_at, answer }) => done_at || answer === "comes")) return "taken";
  if (outage.chain_at === null) return "";
  return chain.some((step) => atWork(step)) ? "running" : "nobody";
}

/** He is being called, or is still to be. */
export const atWork = ({ answer, done_at }: Pick<OutageStep, "answer" | "done_at">): boolean => answer === "" && !done_at;
