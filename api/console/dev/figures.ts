/** Invented figures: each quarter of an hour of each queue has its calls, always the same ones, and sums of them are told. */
import type { Figures, Group, Interval, Outcome, Staffing } from "../src/lib/report.ts";
import { LOGINS } from "./board.ts";

const QUARTER = 900_000;
const QUEUES = ["heat", "water", "power"] as const;

/** The same number for the same place, in [0, 1). */
function chance(...at: number[]): number {
  const x = Math.sin(at.reduce((sum, n, i) => sum + n * (12.9898 + 65.1 * i), 1)) * 43_758.5453;
  return x - Math.floor(x);
}

interface Cell {
  offered: number;
  answered: number;
  abandoned: number;
  short: number;
  informed: number;
  recorded: number;
  in_progress: number;
  in_time: number;
  gone_in_time: number;
}

function cell(at: number, queue: number): Cell {
  const hour = new Date(at).getHours() + new Date(at).getMinutes() / 60;
  const day = Math.exp(-(((hour - 10.5) / 3) ** 2)) + 0.7 * Math.exp(-(((hour - 19) / 2.5) ** 2)) + 0.05;
  const seen = Math.min(1, Math.max(0, (Date.now() - at) / QUARTER));
  const offered = Math.round(seen * day * [14, 7, 3.5][queue]! * (0.7 + 0.6 * chance(at / QUARTER, queue)));
  const in_progress = seen < 1 ? Math.min(2, offered) : 0;
  const abandoned = Math.round((offered - in_progress) * 0.16 * chance(at / QUARTER, queue, 2));
  const informed = Math.round((offered - in_progress) * 0.25 * chance(at / QUARTER, queue, 3));
  const recorded = Math.min(offered - in_progress - abandoned - informed, chance(at / QUARTER, queue, 4) > 0.8 ? 1 : 0);
  const answered = offered - in_progress - abandoned - informed - recorded;
  return {
    offered, answered, abandoned, short: Math.round(abandoned * 0.3), informed, recorded, in_progress,
    in_time: Math.round(answered * (0.72 + 0.25 * chance(at / QUARTER, 5))), gone_in_time: Math.round(abandoned * 0.5),
  };
}

const EMPTY: Cell = { offered: 0, answered: 0, abandoned: 0, short: 0, informed: 0, recorded: 0, in_progress: 0, in_time: 0, gone_in_time: 0 };

function add(a: Cell, b: Cell, share = 1): Cell {
  const sum = { ...a };
  for (const name of Object.keys(a) as (keyof Cell)[]) sum[name] = a[name] + Math.round(b[name] * share);
  return sum;
}

const pct = (part: number, whole: number) => (whole > 0 ? Math.round((1000 * part) / whole) / 10 : null);

function told(c: Cell, since: number, until: number, queue: string, operator: string): Figures {
  const { answered: A, in_time: AT, abandoned: B, gone_in_time: BT, short: b } = c;
  const worked = Math.min(until, Date.now()) - since;
  const mean = (s: number) => (A > 0 ? Math.round(s + 30 * chance(since / QUARTER, 9)) : null);
  return {
    since: new Date(since).toISOString(), until: new Date(until).toISOString(), queue, operator,
    offered: c.offered, answered: A, abandoned: B, short_abandoned: b, other_ends: c.informed + c.recorded, in_progress: c.in_progress,
    ends: { answered: A, abandoned: B, informed: c.informed, recorded: c.recorded },
    answered_in_time: AT, abandoned_in_time: BT,
    sl_1: pct(AT + BT, A + B), sl_2: pct(AT, A), sl_3: pct(AT, A + B), sl_4: pct(AT, A + B - BT), sl_5: pct(AT + b, A + B),
    asa_s: mean(14), aht_s: mean(190), talk_s: mean(150), hold_s: mean(8), wrap_up_s: mean(28),
    longest_wait_s: A + B > 0 ? Math.round(60 + 300 * chance(since / QUARTER, 7)) : null, abandoned_after_s: B > 0 ? 71 : null,
    occupancy_pct: A > 0 ? 70 + 20 * chance(since / QUARTER, 8) : null, transferred: Math.round(A * 0.06), callbacks: Math.round(A * 0.03),
    ready_s: worked * 0.0008, paused_s: worked * 0.0003, signed_in_s: worked * 0.003,
    emergency:
      operator !== "" || A < 20
        ? null
        : { answered: Math.round(A / 40) + 1, within_10_s: 82.4, within_15_s: 93.1, within_20_s: 94.6, average_s: 6.8, longest_tenth_s: 18.3 },
  };
}

function steps(since: number, until: number, every: Interval): [number, number][] {
  if (every === "all") return [[since, until]];
  if (every === "1d") {
    const days: [number, number][] = [];
    for (let at = since; at < until; ) {
      const next = new Date(at);
      next.setHours(24, 0, 0, 0);
      days.push([at, Math.min(until, next.getTime())]);
      at = next.getTime();
    }
    return days;
  }
  const step = { "15m": 1, "30m": 2, "1h": 4 }[every] * QUARTER;
  return Array.from({ length: Math.ceil((until - since) / step) }, (_, i) => [since + i * step, Math.min(until, since + (i + 1) * step)]);
}

export function figures(since: number, until: number, every: Interval, by: Group): Figures[] {
  const rows: Figures[] = [];
  for (const [from, to] of steps(since, until, every)) {
    if (from > Date.now()) break;
    const sums = QUEUES.map((_, q) => {
      let sum = EMPTY;
      for (let at = from; at < to; at += QUARTER) sum = add(sum, cell(at, q));
      return sum;
    });
    if (by === "queue") QUEUES.forEach((queue, q) => rows.push(told(sums[q]!, from, to, queue, "")));
    const all = sums.reduce((a, b) => add(a, b), EMPTY);
    if (by === "all") rows.push(told(all, from, to, "", ""));
    if (by === "operator")
      LOGINS.forEach((login, i) => {
        const answered = Math.round((all.answered * (0.6 + 0.8 * chance(from, i))) / LOGINS.length);
        const in_time = Math.round(answered * 0.8);
        rows.push(told({ ...EMPTY, offered: answered, answered, in_time }, from, to, "", login));
      });
  }
  return rows;
}

export function staffing(queue: string, hours: number, given = NaN): Staffing {
  const first = Math.floor(Date.now() / 3_600_000) * 3_600_000;
  return {
    queue, aht_s: 214, patience_s: 310, target_pct: 80, within_s: 20,
    hours: Array.from({ length: hours }, (_, i) => {
      const at = first + (i + 1) * 3_600_000;
      const calls = Math.round([0, 1, 2, 3].reduce((sum, k) => sum + cell(at - 7 * 86_400_000 + k * QUARTER, 0).offered, 0) * 1.1);
      const operators = Math.max(1, Math.ceil((calls * 214) / 3600 + 1.2 * Math.sqrt((calls * 214) / 3600)));
      const outcome = (load: number): Outcome => ({
        service_level_pct: Math.max(0, Math.min(99, 80 + 40 * (0.8 - load))), asa_s: Math.round(30 * load ** 3),
        occupancy_pct: Math.min(100, 100 * load), abandoned_pct: Math.min(60, 4 * load ** 4),
      });
      const asked = Number.isNaN(given) ? null : { operators: given, ...outcome((calls * 214) / 3600 / Math.max(1, given)) };
      const hour = new Date(at).toISOString();
      return { hour, basis: "weeks" as const, calls, operators, ...outcome((calls * 214) / 3600 / operators), given: asked };
    }),
  };
}
