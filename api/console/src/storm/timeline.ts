/** The storm in its order, from what the doors tell: who moved what, what was found, said and restored. Pure. */
import type { Outage } from "../register/outage_types";
import type { Addition, Bulletin, CrewWord, Ladder, RungName, Suspicion } from "./types";

export const KINDS = ["rung", "suspicion", "outage", "addition", "bulletin"] as const;
export type Kind = (typeof KINDS)[number];
export type What =
  | "rung" | "held" | "let_go" | "suspected" | "confirmed" | "dismissed" | "faded" | "opened" | "moved" | "restored_part" | "taken_back" | "closed" | "chain"
  | "chain_taken" | "added" | "handled" | "published" | "stopped" | "crew_on" | "crew_out"; // prettier-ignore

export interface Moment {
  key: string;
  at: string;
  kind: Kind;
  what: What;
  /** A login, 'rule', or '' for nobody in particular. */
  who: string;
  /** The words of it: a sentence, a reason, the places. */
  words: string;
  rung?: RungName;
  topic?: string;
  code?: string;
  outage?: number;
  households?: number;
}

export interface Told {
  ladder: Pick<Ladder, "history"> | null;
  suspicions: readonly Suspicion[];
  outages: readonly Outage[];
  additions: readonly Addition[];
  bulletins: readonly Bulletin[];
}

/** Everything since `since_ms`, the newest first. `place`: an outage's areas in words; `said`: a bulletin's. */
export function timeLine(told: Told, since_ms: number, place: (of: Pick<Outage, "areas">) => string, said: (of: Bulletin) => string): Moment[] {
  const all = [
    ...rungs(told.ladder?.history ?? []), ...told.suspicions.flatMap((one) => [...ofSuspicion(one), ...ofCrews(one, place)]), ...told.outages.flatMap((one) => [...ofOutage(one, place), ...ofCrews(one, place)]),
    ...told.additions.flatMap(ofAddition), ...told.bulletins.flatMap((one) => ofBulletin(one, said(one))),
  ]; // prettier-ignore
  return all.filter(({ at }) => Date.parse(at) >= since_ms).sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

/** A change that leaves the rung where it is holds it, or lets it go. */
function rungs(history: Ladder["history"]): Moment[] {
  return history.map(({ n, at, name, by, why, held }, i) => {
    const before = history[i + 1];
    const same = before?.name === name;
    const what: What = !same ? "rung" : held ? "held" : "let_go";
    return { key: `rung-${n}-${at}`, at, kind: "rung", what, who: by, words: why, rung: name };
  });
}

function ofSuspicion(one: Suspicion): Moment[] {
  const base = { kind: "suspicion" as const, topic: one.topic };
  const found: Moment = { ...base, key: `found-${one.id}`, at: one.first_at, what: "suspected", who: "", words: one.words };
  const decided = one.state === "confirmed" || one.state === "dismissed" || one.state === "faded" ? one.state : null;
  if (decided === null || one.decided_at === null) return [found];
  const more = one.outage_id === null ? {} : { outage: one.outage_id };
  return [found, { ...base, ...more, key: `decided-${one.id}`, at: one.decided_at, what: decided, who: one.decided_by, words: one.why }];
}

function ofOutage(one: Outage, place: (of: Pick<Outage, "areas">) => string): Moment[] {
  const base = { kind: "outage" as const, topic: one.topic, outage: one.id };
  const told: Moment[] = [];
  const began = one.announced_at ?? one.created_at;
  if (began && one.state !== "draft") told.push({ ...base, key: `began-${one.id}`, at: began, what: "opened", who: one.created_by, words: place(one) });
  for (const [i, moved] of one.expectations.entries())
    if (i > 0) told.push({ ...base, key: `moved-${one.id}-${i}`, at: moved.at, what: "moved", who: moved.who, words: moved.why });
  for (const step of one.restorations) {
    const where = step.areas.length > 0 ? place(step) : place(one);
    const words = [where, step.why].filter(Boolean).join(": ");
    const what = step.closes ? "closed" : "restored_part";
    told.push({ ...base, key: `step-${one.id}-${step.step}`, at: step.at, what, who: step.who, words, households: step.households });
    if (step.taken_back_at)
      told.push({ ...base, key: `back-${one.id}-${step.step}`, at: step.taken_back_at, what: "taken_back", who: step.taken_back_by, words: where });
  }
  if (one.ended_at && !one.restorations.some(({ closes, taken_back_at }) => closes && !taken_back_at))
    told.push({ ...base, key: `ended-${one.id}`, at: one.ended_at, what: "closed", who: "", words: place(one) });
  if (one.chain_at) told.push({ ...base, key: `chain-${one.id}`, at: one.chain_at, what: "chain", who: one.chain_by, words: place(one) });
  const taken = one.steps.find(({ list, done_at }) => list === "call_out" && done_at);
  if (taken?.done_at) told.push({ ...base, key: `taken-${one.id}`, at: taken.done_at, what: "chain_taken", who: taken.done_by, words: place(one) });
  return told;
}

/** What crews found there. */
function ofCrews({ topic, said = [] }: { topic: string; said?: CrewWord[] }, place: (of: Pick<Outage, "areas">) => string): Moment[] {
  return said.map((one): Moment => {
    const base = one.outage_id === null ? ({ kind: "suspicion" } as const) : ({ kind: "outage", outage: one.outage_id } as const);
    return { ...base, key: `crew-${one.id}`, at: one.at, what: `crew_${one.says}`, who: one.by, topic, words: [place(one), one.why].filter(Boolean).join(": ") };
  });
}

function ofAddition(one: Addition): Moment[] {
  const where = [one.street, one.house].filter(Boolean).join(", ");
  const base = { kind: "addition" as const, code: one.code, outage: one.outage_id };
  const told: Moment[] = [{ ...base, key: `added-${one.id}`, at: one.at, what: "added", who: "", words: [where, one.words].filter(Boolean).join(": ") }];
  if (one.handled_at) told.push({ ...base, key: `handled-${one.id}`, at: one.handled_at, what: "handled", who: one.handled_by, words: [where, one.note].filter(Boolean).join(": ") });
  return told;
}

function ofBulletin(one: Bulletin, words: string): Moment[] {
  const told: Moment[] = [];
  if (one.published_at) told.push({ key: `on-${one.id}`, at: one.published_at, kind: "bulletin", what: "published", who: one.published_by, words });
  if (one.stopped_at) told.push({ key: `off-${one.id}`, at: one.stopped_at, kind: "bulletin", what: "stopped", who: one.stopped_by, words });
  return told;
}
