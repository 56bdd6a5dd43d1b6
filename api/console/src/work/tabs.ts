/** An executor's tickets by what he has to do with them. Pure. */
import type { ExecutorTicket, State } from "../register/types";

export const TABS = ["new", "going", "done"] as const;
export type Tab = (typeof TABS)[number];

const STATES: Record<Tab, readonly State[]> = {
  new: ["registered", "assigned"],
  going: ["accepted", "paused"],
  done: ["reported", "closed", "refused"],
};

export function shownIn<T extends Pick<ExecutorTicket, "state">>(tickets: readonly T[], tab: Tab): T[] {
  return tickets.filter(({ state }) => STATES[tab].includes(state));
}

/** The one whose deadline comes first stands first; those without one after them, in the door's order. */
export function urgent<T extends Pick<ExecutorTicket, "deadline">>(tickets: readonly T[]): T[] {
  const due = ({ deadline }: T) => (deadline.due_at ? Date.parse(deadline.due_at) : Infinity);
  return tickets
    .map((ticket, i) => ({ ticket, i }))
    .sort((a, b) => (due(a.ticket) === due(b.ticket) ? a.i - b.i : due(a.ticket) - due(b.ticket)))
    .map(({ ticket }) => ticket);
}
