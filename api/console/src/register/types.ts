/** The nouns of the electronic register, as docs/api.md sends them. Times are ISO 8601, durations are seconds. */
import type { Street, Ticket } from "../lib/types";
import type { OutageBrief } from "./outage_types";

export const KINDS = ["incident", "complaint", "consultation", "suggestion", "thanks"] as const;
export type TicketKind = (typeof KINDS)[number];
export const STATES = ["registered", "assigned", "accepted", "paused", "reported", "closed", "refused"] as const;
export type State = (typeof STATES)[number];
export const OPEN_STATES: readonly State[] = ["registered", "assigned", "accepted", "paused", "reported"];
export const CHANNELS = ["call", "web", "open311", "email", "messenger", "executor", "manual"] as const;
export type Channel = (typeof CHANNELS)[number];
export const MOVES = [
  "register", "route", "assign", "hand_on", "accept", "pause", "resume", "report", "verify", "close", "reopen", "refuse",
] as const; // prettier-ignore
export type Move = (typeof MOVES)[number];
export type Clock = "none" | "running" | "paused" | "late" | "met" | "missed";
export const LINKS = ["duplicate", "related", "repeat"] as const;
export type LinkHow = (typeof LINKS)[number];
export type Verified = "" | "yes" | "no" | "unreached";
export type Names = Record<string, string>;

/** What the deadline does now: worked out at the door, never stored. */
export interface Deadline {
  clock: Clock;
  due_at: string | null;
  left_s: number | null;
}

export interface RegisterTicket extends Ticket {
  version: number;
  kind: TicketKind;
  channel: Channel;
  household_id: number | null;
  building_id: number | null;
  territory_id: number | null;
  territory: string;
  asset_kind: string;
  /** The executor's code and title, '' before there is one. */
  organisation: string;
  organisation_title: string;
  outage_id: number | null;
  deadline: Deadline;
  closed_at: string | null;
  updated_at: string | null;
  answer: string;
  verified: Verified;
  requester: string;
  lon: number | null;
  lat: number | null;
}

export interface TicketMove {
  at: string;
  who: string;
  move: Move;
  before: State;
  after: State;
  organisation: string;
  organisation_title: string;
  why: string;
}

export interface TicketNote {
  at: string;
  who: string;
  text: string;
  public: boolean;
}

export interface TicketPhoto {
  id: number;
  at: string;
  who: string;
  media_type: string;
  size: number;
  words: string;
}

export interface TicketLink {
  number: string;
  how: LinkHow;
}

/** A ticket with all that belongs to it. */
export interface TicketCard {
  ticket: RegisterTicket;
  /** The moves that whoever asks may make now. */
  may: Move[];
  moves: TicketMove[];
  notes: TicketNote[];
  photos: TicketPhoto[];
  links: TicketLink[];
  /** The one it is tied to. */
  outage: OutageBrief | null;
  /** Others that concern its address now: offered for a tie. */
  outages: OutageBrief[];
}

/** What an executor is told: the place and the work, neither the caller's name nor his number. */
export type ExecutorTicket = Pick<
  RegisterTicket,
  | "number" | "state" | "kind" | "topic" | "asset_kind" | "street" | "house" | "flat" | "territory" | "words" | "note" | "lon"
  | "lat" | "outage_id" | "deadline" | "created_at" | "updated_at" | "version"
>; // prettier-ignore

export interface ExecutorCard {
  ticket: ExecutorTicket;
  may: Move[];
  moves: TicketMove[];
  notes: TicketNote[];
  photos: TicketPhoto[];
}

/** Of the citizen, for the executor at work; each look is written into the audit. */
export interface Contact {
  requester: string;
  caller: string;
  language: string;
}

/** A ticket that was told by other ways than a call; kind and executor come from topic and address when left out. */
export interface TicketDraft {
  kind: TicketKind | null;
  channel: "manual" | "call" | "web" | "email" | "messenger";
  topic: string;
  caller: string;
  requester: string;
  language: string;
  street_id: number | null;
  street: string;
  house: string;
  flat: string;
  words: string;
  note: string;
}

/** An address found as it is typed: a street, and a house of it where one was named. */
export interface AddressHit {
  street: Street;
  /** '' for the whole street. */
  house: string;
  /** null when the register does not know the house. */
  building_id: number | null;
  /** Where that is: a district or a town, in the reader's language. */
  territory: string;
  score: number;
}

export interface Building {
  id: number;
  house: string;
  entrances: number | null;
  flats: number | null;
  people: number | null;
  lifts: number | null;
  special_needs: string;
  lon: number | null;
  lat: number | null;
}

/** What is known of an address before anything is written down. */
export interface Place {
  street: Street;
  house: string;
  building: Building | null;
  territories: TreeNode[];
  networks: TreeNode[];
  answer: Answer | null;
  outages: OutageBrief[];
  tickets: RegisterTicket[];
}

export interface TreeNode {
  id: number;
  code: string;
  kind: string;
  names: Names;
  parent_id: number | null;
}

export const NOTICE_CHANNELS = ["none", "call", "sms", "webhook"] as const;
export type NoticeChannel = (typeof NOTICE_CHANNELS)[number];

export interface Organisation {
  code: string;
  names: Names;
  parent: string;
  foreign: boolean;
  hours: string;
  phone: string;
  channel: NoticeChannel;
  address: string;
  active: boolean;
  version: number;
}

export interface AssetKind {
  code: string;
  names: Names;
}

export const SCOPES = ["all", "territory", "part", "street", "houses", "building"] as const;
export type Scope = (typeof SCOPES)[number];
export type Parity = "" | "odd" | "even";

export interface Area {
  scope: Scope;
  territory_id: number | null;
  street_id: number | null;
  building_id: number | null;
  part_id: number | null;
  house_from: string;
  house_to: string;
  parity: Parity;
  /** In words, in the reader's language; only ever read. */
  title?: string;
}

export interface Duty {
  id: number;
  asset_kind: string;
  organisation: string;
  area: Area;
  note: string;
  version: number;
}

export interface Finding {
  what: "gap" | "overlap";
  asset_kind: string;
  duties: Duty[];
  buildings: number;
  example: string;
}

/** Who answers at a place for a kind of asset; null: nobody. */
export interface Answer {
  organisation: Organisation;
  duty: Duty;
  others: Duty[];
}

/** A house on the map, with the trees that it stands in: from the root down. */
export interface Spot {
  id: number;
  street_id: number;
  street: string;
  house: string;
  territories: number[];
  parts: number[];
  people: number | null;
  /** Who needs help first there, in words. */
  special_needs: string;
  lon: number;
  lat: number;
}
