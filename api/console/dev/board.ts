/** The invented wallboard: ten operators, an hour with a surge, figures that move a little. */
import type { Colleagues, Operator, Wallboard } from "../src/lib/types.ts";
import * as world from "./world.ts";

const CREW: [string, Operator["state"], number, string, boolean][] = [
  ["Айгүл Сәрсенова", "talking", 132, "", true], ["Ержан Қалиұлы", "talking", 418, "", true],
  ["Олександр Бойко", "ready", 12, "", true], ["Мария Соколова", "wrap_up", 21, "", true],
  ["Ғалия Төлеген", "talking", 66, "", true], ["Денис Пак", "offered", 5, "", true],
  ["Һалима Өмірзақ", "paused", 640, "lunch", true], ["Ирина Ткач", "ready", 48, "", false],
  ["Тимур Жұмабек", "paused", 75, "not_taken", true], ["Світлана Верещагіна-Кириленко", "talking", 260, "", true],
];

export const nameOf = (login: string): string => CREW[Number(login.replace("op", ""))]?.[0] ?? login;
export const LOGINS = CREW.map((_, i) => `op${i}`);

const served = (i: number): string[] => (i % 3 === 2 ? ["power"] : i % 3 === 1 ? ["heat", "water"] : ["heat", "lifts"]);
const began = Date.now();

/** `growing`: times run on since the fake began, as on a live board. */
export function crew(growing = false): Operator[] {
  const more = growing ? (Date.now() - began) / 1000 : 0;
  return CREW.map(([name, state, s, reason, reachable], i) => ({
    operator: `op${i}`, name, phone: String(201 + i), state, since: world.ago(s + more), reason, until: null, reachable, desk: true,
    call: state === "talking" ? `c-90${i}` : "", queues: served(i), joined: i === 4 ? ["power"] : [], extensions_left: 2,
  }));
}

export function wallboard(me?: Operator): Wallboard {
  const chart = Array.from({ length: 60 }, (_, i) => {
    const surge = Math.exp(-(((i - 40) / 9) ** 2));
    const offered = Math.round(4 + 2 * Math.sin(i / 3) + 22 * surge);
    const abandoned = Math.round(6 * surge * (0.6 + 0.4 * Math.sin(i)));
    return {
      minute: new Date(Math.floor(Date.now() / 60_000) * 60_000 - (59 - i) * 60_000).toISOString(),
      offered, answered: Math.max(0, offered - abandoned - Math.round(5 * surge)), abandoned,
      waiting_max: Math.round(1 + 18 * Math.exp(-(((i - 44) / 10) ** 2))),
    };
  });
  const closed = { queue: "lifts", waiting: 0, longest_wait_s: 0, ready: 0, talking: 0, answered: 17, abandoned: 0 };
  return {
    at: new Date().toISOString(),
    queues: me ? [...world.queues(), { ...closed, callbacks: 0, refused: 6, wait_s: null, open: false }] : world.queues(),
    operators: me ? [me, ...crew(true).slice(1)] : crew(),
    totals: {
      offered: 1204, answered: 692, abandoned: 39, other_ends: 455, in_progress: 18, service_level_pct: 78.4, asa_s: 24.2,
      service_levels: { sl_1: 80.2, sl_2: 82.8, sl_3: 78.4, sl_4: 79.9, sl_5: 79.6 },
      aht_s: 214, occupancy_pct: 83.6, longest_wait_s: 412, refused: 5, callbacks_pending: 4,
    },
    ends: { answered: 692, abandoned: 39, informed: 318, recorded: 62, callback: 47, diverted: 21, refused: 5, cut: 2 },
    chart,
    rung: { name: "normal", since: null, by: "", why: "", because: {}, held: false, n: 0 },
  };
}

export function colleagues(): Colleagues {
  return {
    operators: [
      ...crew(true).slice(1).map(({ operator, name, state, reachable, queues }) => ({ operator, name, state, reachable, queues })),
      { operator: "op10", name: "Бауыржан Әлі", state: "away" as const, reachable: false, queues: ["heat"] },
    ],
    queues: [...world.queues(), { queue: "lifts", waiting: 0, ready: 0 }].map(({ queue, waiting, ready }) => ({
      queue, name: world.QUEUES[queue] ?? queue, waiting, ready,
    })),
    numbers: world.NUMBERS,
  };
}
