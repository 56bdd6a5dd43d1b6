/** What happened to a ticket, as one list: moves, notes and photos by their time. Pure. */
import type { TicketMove, TicketNote, TicketPhoto } from "./types";

export type Happening =
  | { what: "move"; at: string; who: string; move: TicketMove }
  | { what: "note"; at: string; who: string; note: TicketNote }
  | { what: "photo"; at: string; who: string; photo: TicketPhoto };

interface Told {
  moves: readonly TicketMove[];
  notes: readonly TicketNote[];
  photos: readonly TicketPhoto[];
}

/** Newest first; of the same moment a move stands above what was said with it. */
export function story({ moves, notes, photos }: Told): Happening[] {
  const all: Happening[] = [
    ...photos.map((photo) => ({ what: "photo" as const, at: photo.at, who: photo.who, photo })),
    ...notes.map((note) => ({ what: "note" as const, at: note.at, who: note.who, note })),
    ...moves.map((move) => ({ what: "move" as const, at: move.at, who: move.who, move })),
  ];
  return all
    .map((one, i) => ({ one, i, at: Date.parse(one.at) }))
    .sort((a, b) => b.at - a.at || b.i - a.i)
    .map(({ one }) => one);
}

/** Which moves want words, and which a receiver; the order in which they are offered. */
export const ORDER = [
  "accept", "report", "resume", "verify", "assign", "hand_on", "pause", "route", "close", "reopen", "refuse",
] as const; // prettier-ignore
export type Offered = (typeof ORDER)[number];
export const NEEDS_RECEIVER: readonly string[] = ["assign", "hand_on"];
export const NEEDS_REASON: readonly string[] = ["route", "hand_on", "pause", "report", "close", "reopen", "refuse"];

/** What the door allows, in the order of the buttons; what a page has no button for is left out. */
export function offered(may: readonly string[]): Offered[] {
  return ORDER.filter((move) => may.includes(move));
}

/** The address of a ticket or a hit in one line. */
export function addressOf(of: { street: string; house: string; flat?: string }, flat: (flat: string) => string): string {
  return [of.street, of.house, of.flat && flat(of.flat)].filter(Boolean).join(", ");
}
