/** Outages and planned works, as docs/api.md sends them. */
import type { CrewWord } from "../storm/types";
import type { Area, Names } from "./types";

export const OUTAGE_STATES = ["draft", "announced", "restored", "cancelled"] as const;
export type OutageState = (typeof OUTAGE_STATES)[number];
export const LEVELS = [3, 2, 1] as const;
/** 3 planned, 2 internal, 1 external. */
export type Level = (typeof LEVELS)[number];
export const CAUSES = [
  "unknown", "planned_work", "burst_pipe", "cable_fault", "substation_fault", "boiler_fault", "storm", "flood", "fire",
  "third_party", "no_supply", "attack", "other",
] as const; // prettier-ignore
export type Cause = (typeof CAUSES)[number];

export interface Expectation {
  at: string;
  who: string;
  expected_at: string | null;
  why: string;
}

export interface OutageStep {
  list: "checklist" | "call_out";
  position: number;
  code: string;
  names: Names;
  phone: string;
  done_at: string | null;
  done_by: string;
  note: string;
  /** When the chain came to him, and what he said to it. */
  asked_at: string | null;
  answer: "" | "comes" | "unreached" | "no_number";
}

/** A step of the end, or the end itself; no areas: all that was left. */
export interface Restoration {
  step: number;
  at: string;
  who: string;
  why: string;
  areas: Area[];
  closes: boolean;
  /** Told by it. */
  households: number;
  /** Who had said so when it was taken back. */
  still_out: number;
  taken_back_at: string | null;
  taken_back_by: string;
}

export interface Outage {
  id: number;
  state: OutageState;
  /** It is announced and has begun. */
  now: boolean;
  level: Level;
  topic: string;
  asset_kind: string;
  cause: string;
  words: Names;
  organisation: string;
  starts_at: string;
  expected_at: string | null;
  ended_at: string | null;
  /** Planned works that are over at their expected end by themselves. */
  ends_itself: boolean;
  code: string;
  created_by: string;
  created_at: string | null;
  areas: Area[];
  expectations: Expectation[];
  steps: OutageStep[];
  ties: number;
  calls: number;
  /** Calls that ended without an operator, with what was heard of it. */
  saved: number;
  /** Households that say so after it was over. */
  still_out: number;
  /** Parts where it is over already, and the steps by which. */
  restored: Area[];
  restorations: Restoration[];
  /** It is what is left of that one. */
  parent: number | null;
  announced_at: string | null;
  /** Since when its call-out chain is telephoned. */
  chain_at: string | null;
  chain_by: string;
  /** By crews, the newest first. */
  said?: CrewWord[];
  version: number;
}

/** What an outage is made and changed with. */
export type OutageDraft = Pick<
  Outage,
  "level" | "topic" | "asset_kind" | "cause" | "words" | "organisation" | "starts_at" | "expected_at" | "ends_itself" | "code" | "areas"
> & { state: "draft" | "announced" };

/** What an organisation's own people are shown of an outage that is theirs. */
export type ExecutorOutage = Pick<Outage, "id" | "topic" | "level" | "cause" | "areas" | "restored" | "starts_at" | "expected_at"> & { said: CrewWord[] };

/** What is said of it beside something else. */
export interface OutageBrief {
  id: number;
  state: OutageState;
  level: Level;
  topic: string;
  cause: string;
  starts_at: string;
  expected_at: string | null;
  words: string;
}

export interface Tie {
  party: string;
  building_id: number | null;
  flat: string;
  phone: string;
  language: string;
  calls: number;
  ticket: string;
  tell: boolean;
  restored: "" | "yes" | "no" | "unreached";
  at: string | null;
}

/** How many an area concerns. */
export interface Concerned {
  buildings: number;
  households: number;
  people: number;
  /** Buildings with people who need help first, and the first of them. */
  special_needs: number;
  first_help: { building_id: number; street: string; house: string; special_needs: string }[];
}

export interface Closing {
  outage: Outage;
  /** Households that will be told. */
  notices: number;
}
