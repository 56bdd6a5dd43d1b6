/**
 * What the operator has typed over a pop's fields. Pure.
 *
 * A field being edited (`held`: the cursor is in it) or changed and not yet stored (`touched`) shows the operator's text;
 * nothing that arrives changes it. Every other field shows the pop's.
 */
import { FIELD_NAMES, FURTHER, type FieldName, type Further, type Mend, type Pop } from "../lib/types";

export type DraftName = FieldName | "note";
export const DRAFT_NAMES: readonly DraftName[] = [...FIELD_NAMES, "note"];

export interface Edit {
  value: string;
  /** The street's id once one was chosen; '' for free text and for the other fields. */
  ref: string;
  held: boolean;
  touched: boolean;
}

export interface Draft {
  call: string;
  edits: Partial<Record<DraftName, Edit>>;
}

/** As much as the door takes: characters of a note, and of any other field. */
export const MOST = { note: 2_000, field: 64, landmark: 80, phone: 32, account: 32 } as const;

/** Without the control characters that pasted text brings and the door refuses; a note keeps its lines. */
export function clean(name: DraftName, text: string): string {
  if (name === "note") return text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g, "").slice(0, MOST.note);
  const plain = text.replace(/[\x00-\x1f\x7f]+/g, " ");
  if (name === "phone") return plain.replace(/[^+0-9 ()-]/g, "").slice(0, MOST.phone);
  if (name === "account") return plain.replace(/[^0-9]/g, "").slice(0, MOST.account);
  return plain.slice(0, name === "landmark" ? MOST.landmark : MOST.field);
}

export type Shown = Pick<Edit, "value" | "ref">;

export const NO_DRAFT: Draft = { call: "", edits: {} };

function arrived(pop: Pop, name: DraftName): Shown {
  if (name === "note") return { value: pop.note, ref: "" };
  const field = pop.fields[name];
  return { value: field?.value ?? "", ref: field?.ref ?? "" };
}

export function shown(draft: Draft, pop: Pop, name: DraftName): Shown {
  return (draft.call === pop.call && draft.edits[name]) || arrived(pop, name);
}

/** The draft of this pop's call; another call begins empty. */
export function forPop(draft: Draft, pop: Pop): Draft {
  return draft.call === pop.call ? draft : { call: pop.call, edits: {} };
}

function put(draft: Draft, name: DraftName, edit: Edit | null): Draft {
  const edits = { ...draft.edits };
  if (edit === null) delete edits[name];
  else edits[name] = edit;
  return { ...draft, edits };
}

/** The cursor is in the field: from now on it shows what it shows now. */
export function hold(draft: Draft, pop: Pop, name: DraftName): Draft {
  const mine = forPop(draft, pop);
  return put(mine, name, { touched: false, ...mine.edits[name], ...shown(mine, pop, name), held: true });
}

/** The cursor has left: an untouched field shows again what has arrived meanwhile. */
export function release(draft: Draft, name: DraftName): Draft {
  const edit = draft.edits[name];
  if (!edit) return draft;
  return put(draft, name, edit.touched ? { ...edit, held: false } : null);
}

export function change(draft: Draft, pop: Pop, name: DraftName, value: string, ref = ""): Draft {
  const mine = forPop(draft, pop);
  const held = mine.edits[name]?.held ?? false;
  return put(mine, name, { value, ref, held, touched: true });
}

/** The touched fields as the door wants them; null when there are none. Names and edits are kept for `stored`. */
export function toSend(draft: Draft): { mend: Mend; edits: Draft["edits"] } | null {
  const mend: Mend = {};
  const edits: Draft["edits"] = {};
  for (const name of DRAFT_NAMES) {
    const edit = draft.edits[name];
    if (!edit?.touched) continue;
    if (name === "street" && edit.held && edit.ref === "") continue; // half a name, still being typed
    edits[name] = edit;
    mend[name] = edit.value;
    if (name === "street") mend.street_id = edit.ref === "" ? null : Number(edit.ref);
  }
  return Object.keys(edits).length === 0 ? null : { mend, edits };
}

/** The further fields that a confirmation takes with it: those typed and not stored yet. */
export function further(draft: Draft, call: string): Partial<Record<Further, string>> {
  if (draft.call !== call) return {};
  return Object.fromEntries(FURTHER.flatMap((name) => (draft.edits[name]?.touched ? [[name, draft.edits[name].value]] : [])));
}

/** The server has these edits now: drop those that were not changed again since. */
export function stored(draft: Draft, sent: Draft["edits"]): Draft {
  let next = draft;
  for (const name of DRAFT_NAMES) {
    const [then, now] = [sent[name], draft.edits[name]];
    if (!then || !now || then.value !== now.value || then.ref !== now.ref) continue;
    next = put(next, name, now.held ? { ...now, touched: false } : null);
  }
  return next;
}
