import { expect, test } from "vitest";
import { crew } from "../dev/board";
import { figures, staffing } from "../dev/figures";
import { COLUMNS, written } from "../src/figures/columns";
import { exported } from "../src/figures/export";
import { intervalName } from "../src/figures/interval";
import { choicesOf, figuresPath, readQuery } from "../src/figures/query";
import { byTime, identity } from "../src/figures/sums";
import type { Figures } from "../src/lib/report";
import { balance, columns, present, tightest } from "../src/staffing/plan";

const NOW = new Date(2026, 2, 31, 15, 4);
const [since, until] = [new Date(2026, 2, 30).getTime(), new Date(2026, 2, 31).getTime()];
const total = figures(since, until, "all", "all")[0] as Figures;

test("the identity: offered = all ends + in progress (P5)", () => {
  expect(identity(total).holds).toBe(true);
  expect(identity({ ...total, offered: total.offered + 1 }).holds).toBe(false);
  expect(identity({ ...total, ends: {}, offered: 0, in_progress: 0 }).holds).toBe(true);
});

test("the chart's lines add queues up by interval, in order", () => {
  const rows = figures(since, until, "1h", "queue");
  const [times, offered] = byTime([...rows].reverse());
  expect([times.length, times[0]]).toEqual([24, since / 1000]);
  expect(offered.reduce((a, b) => a + b, 0)).toBe(total.offered);
});

test("each column is written by its kind; nothing is a dash", () => {
  const row = { ...total, offered: 1204, sl_3: 78.44, asa_s: 74.6, paused_s: 27_660, occupancy_pct: null };
  const told = (name: string) => written(row, COLUMNS.find((column) => column.name === name)!, "ru");
  expect([told("sl_3"), told("asa_s"), told("paused_s"), told("occupancy_pct")]).toEqual(["78,4 %", "1:15", "7:41", "–"]);
  expect(told("offered").replace(/\s/, " ")).toBe("1 204");
});

test("a file has a head, every row and the totals, each as long as the head", () => {
  const rows = exported(figures(since, until, "1h", "queue"), total, "Total");
  expect(new Set(rows.map((row) => row.length)).size).toBe(1);
  expect(rows).toHaveLength(1 + 24 * 3 + 1);
  expect(rows.at(-1)?.[0]).toBe("Total");
});

test("the page's choices come from the address; what does not fit a period is not asked", () => {
  expect(readQuery(new URLSearchParams(), NOW)).toMatchObject({ every: "1h", by: "all", set: "volume" });
  expect(readQuery(new URLSearchParams("from=2026-03-01&to=2026-03-31"), NOW).every).toBe("1d");
  expect(readQuery(new URLSearchParams("from=2026-02-20&to=2026-03-31&every=15m"), NOW).every).toBe("1d");
  const query = readQuery(new URLSearchParams("every=15m&by=operator&set=times"), NOW);
  expect(readQuery(new URLSearchParams(choicesOf(query)), NOW)).toEqual(query);
  expect(figuresPath(query)).toMatch(/^\/api\/figures\?since=.*&until=.*&every=15m&by=operator$/);
});

test("an interval is named as short as its period allows", () => {
  const row = { since: new Date(2026, 2, 30, 14).toISOString(), until: new Date(2026, 2, 30, 15).toISOString() };
  expect(intervalName(row, "1h", "ru", false)).toBe("14:00–15:00");
  expect(intervalName(row, "1h", "kk", true)).toBe("30.03 14:00–15:00");
  expect(intervalName(row, "1d", "en", true)).toBe("30 Mar");
  const whole = { since: new Date(2026, 2, 25).toISOString(), until: new Date(2026, 3, 1).toISOString() };
  expect(intervalName(whole, "all", "uk", true)).toBe("25.03 – 31.03");
});

test("staffing: present beside needed, and the hour that is worst", () => {
  expect([present(crew(), "heat"), present(crew(), "power"), present([], "heat")]).toEqual([5, 3, 0]);
  const hours = staffing("heat", 8).hours.map((hour, i) => ({ ...hour, operators: [3, 6, 8, 8, 2, 1, 1, 1][i] ?? 0 }));
  expect(tightest(hours, 5)).toBe(hours[2]);
  expect(tightest(hours, 8)).toBeNull();
  expect(balance({ operators: 8 }, 5)).toBe(-3);
  expect(balance({ operators: null }, 5)).toBeNull();
  expect(tightest(hours.map((hour) => ({ ...hour, operators: null })), 0)).toBeNull();
  expect(columns(hours, 5)[2]).toEqual(Array(8).fill(5));
});
