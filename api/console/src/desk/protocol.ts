/** What the desk knows, and how each message of `WS /api/desk` changes it. Pure: no socket, no clock. */
import type { Field, FieldName, GoneWhy, Operator, Pop, QueueLoad, Ticket } from "../lib/types";

export type DeskMessage = { seq: number } & (
  | { type: "snapshot"; data: { operator: Operator; pop: Pop | null; queues: QueueLoad[] } }
  | { type: "operator"; data: Operator }
  | { type: "pop"; data: Pop }
  | { type: "pop_gone"; data: { call: string; why: GoneWhy } }
  | { type: "queues"; data: QueueLoad[] }
  | { type: "ping"; data: unknown }
);

export interface DeskState {
  /** The last message of this connection; 0 right after connecting. */
  seq: number;
  operator: Operator | null;
  pop: Pop | null;
  queues: QueueLoad[];
  /** Why the last pop went, until the next one comes. */
  gone: { call: string; why: GoneWhy } | null;
}

export const EMPTY: DeskState = { seq: 0, operator: null, pop: null, queues: [], gone: null };

/** A frame as a message; null for what is none (it is ignored, never acknowledged). */
export function parse(text: string): DeskMessage | null {
  try {
    const value = JSON.parse(text) as { seq?: unknown; type?: unknown };
    return typeof value?.seq === "number" && typeof value.type === "string" ? (value as DeskMessage) : null;
  } catch {
    return null;
  }
}

export function ack(seq: number): string {
  return JSON.stringify({ type: "ack", seq });
}

/** A new connection numbers from 1 again; what is on the screen stays until its snapshot comes. */
export function connected(state: DeskState): DeskState {
  return { ...state, seq: 0 };
}

export function reduce(state: DeskState, message: DeskMessage): DeskState {
  if (message.seq <= state.seq) return state; // said before
  const next = { ...state, seq: message.seq };
  switch (message.type) {
    case "snapshot":
      return { ...next, ...message.data, gone: message.data.pop === null ? goneWith(state) : null };
    case "operator":
      return { ...next, operator: message.data };
    case "pop":
      return { ...next, pop: message.data, gone: null };
    case "pop_gone":
      return state.pop?.call === message.data.call ? { ...next, pop: null, gone: message.data } : next;
    case "queues":
      return { ...next, queues: message.data };
    default:
      return next; // a ping, or a type of a newer server
  }
}

/** A reply to the operator's own command, unless the socket has already told something newer. */
export function replied(state: DeskState, operator: Operator): DeskState {
  const known = Date.parse(state.operator?.since ?? "");
  return Date.parse(operator.since ?? "") < known ? state : { ...state, operator };
}

/** The reply to a mend: only the fields that were sent, for words may have come meanwhile by the socket. */
export function mended(state: DeskState, answer: Pop, sent: readonly (FieldName | "note")[]): DeskState {
  if (state.pop === null || state.pop.call !== answer.call) return state;
  const fields: Partial<Record<FieldName, Field>> = { ...state.pop.fields };
  let note = state.pop.note;
  for (const name of sent) {
    if (name === "note") note = answer.note;
    else if (answer.fields[name]) fields[name] = answer.fields[name];
    else delete fields[name];
  }
  return { ...state, pop: { ...state.pop, fields, note } };
}

/** The reply to the confirmation. */
export function registered(state: DeskState, call: string, { number, filed }: Pick<Ticket, "number" | "filed">): DeskState {
  if (state.pop?.call !== call) return state;
  return { ...state, pop: { ...state.pop, ticket: { number, confirmed: true, filed } } };
}

function goneWith(state: DeskState): DeskState["gone"] {
  return state.pop === null ? state.gone : { call: state.pop.call, why: "taken_back" };
}
