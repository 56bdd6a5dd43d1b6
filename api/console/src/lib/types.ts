/** The nouns of docs/api.md, as the doors send them. Times are ISO 8601, durations are seconds. */
import type { Rung } from "../storm/types";

export type OperatorState = "away" | "ready" | "paused" | "offered" | "talking" | "wrap_up";
export type PauseReason = "break" | "lunch" | "meeting" | "training" | "other";
export type Phase = "ringing" | "talking" | "wrap_up";
export const FURTHER = ["entrance", "floor", "landmark", "phone", "account", "urgency", "duration"] as const;
/** What may be said beside the address and the topic. urgency: codes joined by commas; duration: ISO 8601. */
export type Further = (typeof FURTHER)[number];
export type FieldName = "street" | "house" | "flat" | "topic" | Further;
export type Source = "spoken" | "household" | "keyed" | "operator";
export type CallKind = "call" | "callback";
export type Recording = "off" | "on" | "refused" | "forbidden";
export type Unheard = "" | "no_model" | "recogniser_full" | "recogniser_dead" | "silence";
export type GoneWhy = "taken_back" | "caller_left" | "done";

export const PAUSE_REASONS: readonly PauseReason[] = ["break", "lunch", "meeting", "training", "other"];
export const FIELD_NAMES: readonly FieldName[] = ["street", "house", "flat", "topic", ...FURTHER];

export interface Staff {
  login: string;
  name: string;
  role: "operator" | "manager" | "executor";
  phone: string;
  language: string;
  queues: string[];
  /** Routes tickets and tends outages, as a manager does. */
  second_line?: boolean;
  /** An executor's own, by its code. */
  organisation?: string;
}

export interface Operator {
  operator: string;
  name: string;
  phone: string;
  state: OperatorState;
  since: string | null;
  reason: string;
  until: string | null;
  reachable: boolean;
  /** A page is open and answers: without one no calls come. */
  desk: boolean;
  call: string;
  queues: string[];
  /** Queues served beside the own ones until the sign-out. */
  joined: string[];
  /** How often the present wrap-up may still be prolonged. */
  extensions_left: number;
}

export interface Household {
  id: number;
  person: string;
  street_id: number;
  street: string;
  house: string;
  flat: string;
}

export interface OpenTicket {
  number: string;
  topic: string;
  state: string;
  created_at: string;
}

export interface Words {
  /** talk: said in the talk itself. */
  question: string;
  text: string;
  final: boolean;
  who?: "caller" | "operator";
  at?: string | null;
}

/** An address of the register that may be meant; house '' where only the street is in doubt. */
export interface Choice {
  street: string;
  street_ref: string;
  house: string;
  building: string;
  confidence: number;
}

export interface Field {
  value: string;
  ref: string;
  confidence: number;
  source: Source;
  words: string;
  at?: string | null;
  choices?: Choice[];
}

/** A consultation beside the talk: with whom (`operator:<login>` or `number:<digits>`) and how it stands. */
export interface Aside {
  to: string;
  name: string;
  state: "ringing" | "talking" | "joined";
}

export interface Pop {
  call: string;
  offer: number;
  phase: Phase;
  /** A helper is consulted by the owner; the call is the owner's. */
  role: "owner" | "helper";
  kind: CallKind;
  /** Of a callback: which attempt this is, and whether the citizen is being dialled now. */
  attempt: number;
  dialling: boolean;
  of: string;
  held: boolean;
  aside: Aside | null;
  recording: Recording;
  /** The login of whoever gave the call away; '' when nobody did. */
  transferred_by: string;
  caller: string;
  caller_name: string;
  language: string;
  since: string;
  waited_s: number;
  household: Household | null;
  open_tickets: OpenTicket[];
  words: Words[];
  unheard: Unheard;
  /** How he said that it is one; silent: he does not or cannot speak. */
  emergency?: "" | "digit" | "words" | "silent";
  /** Outages at his house, of which he was told before the queue. */
  outages?: number[];
  /** We called to say that this outage is over, and he says that it is not; 0: not known which. */
  still_out?: number | null;
  fields: Partial<Record<FieldName, Field>>;
  note: string;
  /** filed: it stands in the register; false while the database is away (the number is sure). */
  ticket: { number: string; confirmed: boolean; filed: boolean } | null;
}

export interface QueueLoad {
  queue: string;
  waiting: number;
  longest_wait_s: number;
  ready: number;
  talking: number;
  answered: number;
  abandoned: number;
  callbacks: number;
  refused: number;
  /** The honest wait of one who would come now, s; null when nobody can tell. */
  wait_s: number | null;
  /** By the calendar. */
  open: boolean;
}

export interface Ticket {
  number: string;
  state: "registered" | "assigned" | "accepted" | "paused" | "reported" | "closed" | "refused";
  call: string;
  caller: string;
  street_id: number | null;
  street: string;
  house: string;
  flat: string;
  topic: string;
  words: string;
  note: string;
  language: string;
  operator: string;
  confirmed: boolean;
  filed: boolean;
  created_at: string | null;
  details?: Partial<Record<Further, string>>;
}

export interface Street {
  id: number;
  name: string;
  kind: string;
}

export interface Topic {
  code: string;
  names: Record<string, string>;
  parent: string;
  /** What a ticket of it begins with; '' and left out: as its parent says. */
  kind?: string;
  asset_kind?: string;
  /** The number of the service it is handed to; '' and left out: none. */
  emergency?: string;
}

export interface ChartMinute {
  minute: string;
  offered: number;
  answered: number;
  abandoned: number;
  waiting_max: number;
}

export const ENDS = [
  "answered",
  "abandoned",
  "informed",
  "recorded",
  "callback",
  "diverted",
  "refused",
  "cut",
] as const;
export type End = (typeof ENDS)[number];

export const SERVICE_LEVELS = ["sl_1", "sl_2", "sl_3", "sl_4", "sl_5"] as const;
export type ServiceLevel = (typeof SERVICE_LEVELS)[number];

export interface Wallboard {
  at: string;
  queues: QueueLoad[];
  operators: Operator[];
  totals: {
    offered: number;
    answered: number;
    abandoned: number;
    other_ends: number;
    in_progress: number;
    service_level_pct: number | null;
    asa_s: number | null;
    service_levels: Record<ServiceLevel, number | null>;
    aht_s: number | null;
    occupancy_pct: number | null;
    longest_wait_s: number | null;
    refused: number;
    callbacks_pending: number;
  };
  ends: Record<End, number>;
  chart: ChartMinute[];
  /** Of the ladder of overload. */
  rung: Rung;
}

/** What the page sends to mend fields; absent keys stay as they are. */
export interface Mend extends Partial<Record<Further, string>> {
  street_id?: number | null;
  street?: string;
  house?: string;
  flat?: string;
  topic?: string;
  note?: string;
}

export interface Confirm extends Partial<Record<Further, string>> {
  street_id: number | null;
  house: string;
  flat: string;
  topic: string;
  note: string;
}

/** Whom a call can be given to (GET /api/colleagues). */
export interface Colleagues {
  operators: { operator: string; name: string; state: OperatorState; reachable: boolean; queues: string[] }[];
  queues: { queue: string; name: string; waiting: number; ready: number }[];
  numbers: { number: string; name: string }[];
}

/** Where a call goes: exactly one of the three. */
export type Target = { operator: string } | { queue: string } | { number: string };
