/** Suspicions, additions, the ladder of overload and bulletins, as docs/api.md sends them. */
import type { Area, Names } from "../register/types";

/** What the stream of events names: one of them is another than before. */
export const NOUNS = ["suspicion", "addition", "outage", "bulletin", "rung"] as const;
export type Noun = (typeof NOUNS)[number];

export const RUNGS = ["normal", "elevated", "overload", "emergency"] as const;
export type RungName = (typeof RUNGS)[number];

/** Where the ladder stands. `by`: a login, 'rule', or '' when nobody ever moved it. */
export interface Rung {
  name: RungName;
  since: string | null;
  by: string;
  why: string;
  because: Record<string, number>;
  held: boolean;
  /** A change names the one it is made of. */
  n: number;
}

/** What whoever answers calls is told of it. */
export interface PresentRung {
  rung: Rung;
  names: Names;
  does: string;
}

export interface RungChange extends Omit<Rung, "since"> {
  at: string;
}

/** What the ladder climbs by; null where nobody knows. */
export interface Measured {
  at: string;
  waiting: number;
  operators: number;
  wait_s: number | null;
  arrivals_min: number;
  usual_min: number | null;
  free_trunks: number | null;
}

export interface Ladder {
  /** Rules move it. */
  on: boolean;
  rung: Rung;
  rungs: { name: RungName; names: Names; does: string; packs: string[] }[];
  measured: Measured | null;
  /** The newest first. */
  history: RungChange[];
  called_in: { list: string; name: string; state: CalledIn }[];
}
export type CalledIn = "pending" | "claimed" | "agreed" | "failed" | "dropped" | "unclear";

export type SuspicionState = "open" | "confirmed" | "dismissed" | "faded" | "merged";

export interface Suspicion {
  id: number;
  state: SuspicionState;
  /** `unknown` where it was not heard. */
  topic: string;
  areas: Area[];
  /** What it rests on, in the reader's language. */
  words: string;
  reports: number;
  parties: number;
  households: number;
  /** Buildings where somebody needs help first. */
  special_needs: number;
  certainty: number;
  usual: number;
  span_s: number;
  first_at: string;
  last_at: string;
  /** When its areas became larger, and the households then. */
  grown: [at: string, households: number][];
  /** Voices that say that nothing is missing. */
  against: number;
  of: number[];
  outage_id: number | null;
  /** It is larger than its outage. */
  beyond: boolean;
  decided_at: string | null;
  decided_by: string;
  why: string;
  /** By crews, the newest first. */
  said?: CrewWord[];
}

/** What a crew said of a suspicion or of an outage: 'on', nothing is missing there. */
export interface CrewWord {
  id: number;
  at: string;
  suspicion_id: number | null;
  outage_id: number | null;
  organisation: string;
  by: string;
  says: "on" | "out";
  areas: Area[];
  why: string;
}

/** `areas`: none: all of it; `organisation`: "": of who answers for it. */
export type CrewWordDraft = Pick<CrewWord, "says" | "areas" | "why" | "organisation">;

/** What an organisation's own people are shown of a suspicion that is theirs. */
export type ExecutorSuspicion = Pick<Suspicion, "id" | "topic" | "words" | "areas" | "first_at" | "last_at" | "households"> & { said: CrewWord[] };

/** A voice behind a suspicion: a household's id or a hash, never a number. */
export interface Report {
  at: string;
  source: string;
  topic: string;
  says: "out" | "on";
  street: string;
  house: string;
  party: string;
  sure: number;
}

/** What a caller adds to an outage that is known; `code`: an urgency, or `other`. */
export interface Addition {
  id: number;
  outage_id: number;
  at: string;
  code: string;
  words: string;
  call: string;
  ticket: string;
  street: string;
  house: string;
  flat: string;
  handled_at: string | null;
  handled_by: string;
  note: string;
}

export interface Bulletin {
  id: number;
  state: "draft" | "on" | "off";
  words: Names;
  /** Languages in which a person has spoken it. */
  recorded: string[];
  /** None: everybody. */
  areas: Area[];
  /** Only while that pack of topics is on. */
  pack: string;
  until: string | null;
  created_by: string;
  created_at: string | null;
  published_by: string;
  published_at: string | null;
  stopped_by: string;
  stopped_at: string | null;
  version: number;
}

export type BulletinDraft = Pick<Bulletin, "words" | "areas" | "pack" | "until">;

/** A place that is still out by what its households say. */
export interface Left {
  kind: "house" | "houses" | "part";
  areas: Area[];
  words: string;
  households: number;
  parties: number;
  answered: number;
  certainty: number;
}

export interface StillOut {
  groups: Left[];
  /** Who say so and of whom nobody knows where they live. */
  nowhere: number;
  answered: number;
  still_out: number;
  /** So many that it seems closed by mistake; `words` says it. */
  mistaken: boolean;
  words: string;
}

export interface FirstHelpLine {
  building_id: number;
  street: string;
  house: string;
  special_needs: string;
  lifts: number;
  done_at: string | null;
  done_by: string;
  note: string;
}

export interface Waited {
  calls: number;
  mean_s: number | null;
  p90_s: number | null;
  longest_s: number | null;
}
