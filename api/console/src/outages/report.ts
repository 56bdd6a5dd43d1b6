/** An outage's report as the door tells it, and its rows as they are printed. */
import type { Outage } from "../register/outage_types";
import type { Waited } from "../storm/types";

export interface OutageReport {
  outage: Outage;
  title: string;
  until: string;
  first_report_at: string | null;
  suspected_at: string | null;
  confirmed_at: string | null;
  confirmed_by: string;
  closed_at: string | null;
  closed_by: string;
  buildings: number;
  households: number;
  people: number;
  special_needs: number;
  tied: number;
  calls: number;
  saved: number;
  heard_waited: Waited;
  line_waited: Waited;
  tickets: Record<string, number>;
  answers: Record<string, number>;
  notices: { what: string; channel: string; state: string; result: string; number: number }[];
  still_out: number;
  first_help: number;
  first_help_done: number;
  nested: number[];
}

/** How many notices came to each state, by what they told; the most first. */
export function noticesBy(notices: OutageReport["notices"]): { what: string; state: string; number: number }[] {
  const sums = new Map<string, { what: string; state: string; number: number }>();
  for (const { what, state, number } of notices) {
    const key = `${what} ${state}`;
    sums.set(key, { what, state, number: (sums.get(key)?.number ?? 0) + number });
  }
  return [...sums.values()].sort((a, b) => b.number - a.number);
}
