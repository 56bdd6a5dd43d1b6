/** How an outage stands now. Pure. */
import type { Outage } from "../register/outage_types";

export type Phase = "draft" | "now" | "coming" | "restored" | "cancelled";

export function phaseOf(of: Pick<Outage, "state" | "starts_at">, now_ms: number): Phase {
  if (of.state !== "announced") return of.state;
  return Date.parse(of.starts_at) <= now_ms ? "now" : "coming";
}

/** Its expected end is past, and it still lasts. */
export function overdue(of: Pick<Outage, "state" | "starts_at" | "expected_at">, now_ms: number): boolean {
  return phaseOf(of, now_ms) === "now" && of.expected_at !== null && Date.parse(of.expected_at) < now_ms;
}
