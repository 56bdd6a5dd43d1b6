/** Who may do what, as the doors have it; they decide, the pages only offer. Pure. */
import type { Staff } from "../lib/types";

type Who = Pick<Staff, "role" | "second_line"> | null | undefined;

/** The second line and managers: route tickets, tend outages. */
export const mayTend = (staff: Who): boolean => staff?.role === "manager" || (staff?.role === "operator" && staff.second_line === true);
/** Managers: organisations and rules. */
export const mayRule = (staff: Who): boolean => staff?.role === "manager";
