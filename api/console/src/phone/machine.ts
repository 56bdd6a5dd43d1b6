/** What the phone in the browser shows: its line to Asterisk and its one call, by what happens. Pure. */

/**
 * off: not begun, or the desk is open elsewhere. insecure: a page without https gets no microphone. denied, missing: no microphone.
 * Only a registered phone is rung, and it registers only when it has a microphone: nobody is put through to a dumb one.
 */
export type Line =
  | "off"
  | "starting"
  | "insecure"
  | "denied"
  | "missing"
  | "connecting"
  | "registered"
  | "lost"
  | "refused";

export interface Call {
  id: string;
  phase: "ringing" | "answering" | "talking";
  muted: boolean;
  held: boolean;
}

export interface State {
  line: Line;
  call: Call | null;
}

export type Event =
  | { type: "line"; line: Line }
  | { type: "rings"; id: string }
  | { type: "answering"; id: string }
  | { type: "talks"; id: string }
  | { type: "muted"; id: string; on: boolean }
  | { type: "held"; id: string; on: boolean }
  | { type: "ended"; id: string };

export const EMPTY: State = { line: "off", call: null };

export function reduce(state: State, event: Event): State {
  if (event.type === "line") return { line: event.line, call: survives(state.call, event.line) ? state.call : null };
  if (event.type === "rings") {
    if (state.call) return state;
    return { ...state, call: { id: event.id, phase: "ringing", muted: false, held: false } };
  }
  const call = state.call;
  if (call?.id !== event.id) return state;
  switch (event.type) {
    case "answering":
      return call.phase === "ringing" ? { ...state, call: { ...call, phase: "answering" } } : state;
    case "talks":
      return { ...state, call: { ...call, phase: "talking" } };
    case "muted":
      return { ...state, call: { ...call, muted: event.on } };
    case "held":
      return { ...state, call: { ...call, held: event.on } };
    case "ended":
      return { ...state, call: null };
  }
}

/** The sound goes past the server: a talk outlives the line, a ringing call does not. */
function survives(call: Call | null, line: Line): boolean {
  if (line === "registered" || line === "connecting") return true;
  return call?.phase === "talking" && (line === "lost" || line === "refused");
}

/** Nothing can ring here, and the operator must know. */
export function broken(line: Line): boolean {
  return !["registered", "connecting", "starting", "off"].includes(line);
}

/** What a failed request for the microphone means, by the name of its DOMException. */
export function microphoneLine(name: string): Line {
  return name === "NotAllowedError" || name === "SecurityError" ? "denied" : "missing";
}
