/** What the rows of these pages say and lead to. Pure. */
import type { PageName } from "../lib/route";
import type { Notice, NoticeState, Webhook } from "./types";

export const SHOWN = ["all", "waiting", "sent", "trouble"] as const;
export type Shown = (typeof SHOWN)[number];
/** Which states each choice asks for; none: all. */
export const STATES_OF: Record<Shown, readonly NoticeState[]> = {
  all: [], waiting: ["pending", "claimed"], sent: ["sent"], trouble: ["failed", "unclear", "dropped"],
}; // prettier-ignore

export const TONES: Record<NoticeState, "" | "good" | "warn" | "bad"> = {
  pending: "", claimed: "", sent: "good", failed: "bad", unclear: "warn", dropped: "warn",
}; // prettier-ignore

/** A person may decide that it is sent again. */
export const repeatable = ({ state }: Pick<Notice, "state">): boolean => STATES_OF.trouble.includes(state);

/** The kinds of looks and changes that the audit knows: what the filter offers. */
export const LOOKS = [
  "ticket", "tickets", "ticket_made", "ticket_move", "ticket_edit", "ticket_note", "photo_added", "ticket_link",
  "ticket_tie", "contact", "photo", "recording", "calls", "abandoned", "callbacks", "callback_ordered",
  "callback_cancelled", "outage_ties", "outage_tie", "outage_answered", "special_needs", "emergencies",
  "emergency_handed", "emergency_outcome", "repeats", "notices", "notice_again", "webhook_added", "webhook_on",
  "webhook_off", "webhook_removed", "audit", "erased", "retention", "import", "export",
] as const; // prettier-ignore

export interface Way {
  page: PageName;
  choices: Record<string, string>;
  /** As it is written there. */
  name: string;
}

const NUMBER = /\d\d-\d{6,7}-\d/;

/** Where a ticket or an outage is, by `ticket:26-000123-4`, `outage:12`, or a text with a ticket's number; null: neither. */
export function wayTo(about: string, what = ""): Way | null {
  const number = NUMBER.exec(about)?.[0];
  if (number) return { page: "ticket", choices: { number }, name: number };
  const id = /^outage:(\d+)$/.exec(about)?.[1] ?? (what.startsWith("outage_") ? /^\d+$/.exec(about)?.[0] : undefined);
  return id ? { page: "outage", choices: { id }, name: id } : null;
}

/** A list of a period is written down as `since/until`; null: it is something else. */
export function periodOf(subject: string): [since: string, until: string] | null {
  const [since = "", until, ...more] = subject.split("/");
  if (until === undefined || more.length > 0 || (since === "" && until === "")) return null;
  const times = [since, until].filter((at) => at !== "");
  return times.every((at) => /^\d{4}-\d\d-\d\dT/.test(at)) ? [since, until] : null;
}

/** Commas, spaces or lines between; each once. */
export function eventsFrom(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter((name) => name !== ""))];
}

const EVENT = /^[a-z0-9_]{1,40}\.([a-z0-9_]{1,40}|\*)$/;
export const areEvents = (text: string): boolean => eventsFrom(text).every((name) => EVENT.test(name));

export function webhookState({ active, stopped }: Pick<Webhook, "active" | "stopped">): "on" | "off" | "failing" | "gone" {
  return active ? "on" : stopped || "off";
}
