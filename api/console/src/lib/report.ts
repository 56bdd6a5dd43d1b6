/** The nouns of the manager's pages as docs/api.md has them: figures, staffing, abandoned callers, callbacks, calls. */
import type { CallKind, End, ServiceLevel } from "./types";

export const INTERVALS = ["15m", "30m", "1h", "1d", "all"] as const;
export type Interval = (typeof INTERVALS)[number];
export const GROUPS = ["all", "queue", "operator"] as const;
export type Group = (typeof GROUPS)[number];

/** The emergency class: per cent answered within 10, 15 and 20 s, the mean wait, the mean of the longest tenth. */
export interface Emergency {
  answered: number;
  within_10_s: number | null;
  within_15_s: number | null;
  within_20_s: number | null;
  average_s: number | null;
  longest_tenth_s: number | null;
}

/** One cohort: the calls that arrived in an interval. `offered` = the sum of `ends` + `in_progress`. */
export interface Figures extends Record<ServiceLevel, number | null> {
  since: string;
  until: string;
  queue: string;
  operator: string;
  offered: number;
  answered: number;
  abandoned: number;
  short_abandoned: number;
  other_ends: number;
  in_progress: number;
  ends: Partial<Record<End, number>>;
  answered_in_time: number;
  abandoned_in_time: number;
  asa_s: number | null;
  aht_s: number | null;
  talk_s: number | null;
  hold_s: number | null;
  wrap_up_s: number | null;
  longest_wait_s: number | null;
  abandoned_after_s: number | null;
  occupancy_pct: number | null;
  transferred: number;
  callbacks: number;
  ready_s: number | null;
  paused_s: number | null;
  signed_in_s: number | null;
  emergency: Emergency | null;
}

/** What so many operators give, by Erlang A. */
export interface Outcome {
  service_level_pct: number | null;
  asa_s: number | null;
  occupancy_pct: number | null;
  abandoned_pct: number | null;
}

export interface StaffingHour extends Outcome {
  hour: string;
  /** What the expectation rests on: the same hour of the last weeks, today so far, or nothing (the rest is null then). */
  basis: "weeks" | "today" | "";
  /** Expected calls, and the operators needed for them. */
  calls: number | null;
  operators: number | null;
  /** What as many as were asked for would give. */
  given: (Outcome & { operators: number }) | null;
}

export interface Staffing {
  queue: string;
  aht_s: number | null;
  patience_s: number | null;
  target_pct: number;
  within_s: number;
  hours: StaffingHour[];
}

export interface Abandoned {
  call: string;
  caller: string;
  language: string;
  queue: string;
  since: string;
  waited_s: number;
  end: End;
  reached_at: string | null;
  reached_by: "" | "call" | "callback";
  callback: "" | "pending" | "done";
}

export interface Callback {
  call: string;
  of: string;
  caller: string;
  queue: string;
  since: string;
  place_since: string;
  position: number;
  state: "waiting" | "offered" | "talking" | "later";
  attempts: number;
  until: string | null;
  operator: string;
}

export interface Leg {
  operator: string;
  queue: string;
  connected_at: string;
  talk_s: number;
  hold_s: number;
  wrap_up_s: number;
  how: "finished" | "transferred" | "handed_over" | "helper" | "";
}

export interface CallRow {
  call: string;
  kind: CallKind;
  of: string;
  caller: string;
  language: string;
  queue: string;
  priority: number;
  since: string;
  waited_s: number;
  /** '' while it goes on. */
  end: End | "";
  ended_at: string | null;
  ticket: string;
  recording: boolean;
  legs: Leg[];
}
