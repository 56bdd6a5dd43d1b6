/** The ticket list's filters: in the address of the page, and as the door wants them. Pure. */
import type { Asked } from "./doors";
import { KINDS, STATES } from "./types";

export const NAMES = ["state", "kind", "topic", "organisation", "late", "street", "building", "where", "q", "outage"] as const;
export type FilterName = (typeof NAMES)[number];
/** `where` is the chosen address in words, for the page alone. */
export type Filters = Record<FilterName, string>;

export const NONE: Filters = {
  state: "open", kind: "", topic: "", organisation: "", late: "", street: "", building: "", where: "", q: "", outage: "",
}; // prettier-ignore

/** What an address says; what is no filter there is left out, and without a word of states the open ones are meant. */
export function fromQuery(query: URLSearchParams): Filters {
  const read = (name: FilterName) => query.get(name)?.slice(0, 200) ?? "";
  const filters = Object.fromEntries(NAMES.map((name) => [name, read(name)])) as Filters;
  const state = filters.state;
  return {
    ...filters,
    state: state === "any" || (STATES as readonly string[]).includes(state) ? state : "open",
    kind: (KINDS as readonly string[]).includes(filters.kind) ? filters.kind : "",
    late: filters.late === "true" ? "true" : "",
    street: /^\d+$/.test(filters.street) ? filters.street : "",
    building: /^\d+$/.test(filters.building) ? filters.building : "",
    outage: /^\d+$/.test(filters.outage) ? filters.outage : "",
  };
}

/** For the address: the usual state is left out. */
export function toQuery(filters: Filters): Record<string, string> {
  return { ...filters, state: filters.state === "open" ? "" : filters.state };
}

/** For the door; of an address the narrowest is asked. */
export function asked(filters: Filters, after = "", limit = 50): Asked {
  const { where: _, state, street, building, ...rest } = filters;
  const place = building ? { building } : { street };
  return { ...rest, ...place, state: state === "any" ? "" : state, after, limit };
}

/** How many are set beside the usual ones. */
export function set(filters: Filters): number {
  return (["kind", "topic", "organisation", "late", "street", "q", "outage"] as const).filter((name) => filters[name]).length +
    Number(filters.state !== "open");
}
