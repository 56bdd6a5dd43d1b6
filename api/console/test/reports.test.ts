import { expect, test } from "vitest";
import { FakeRegister } from "../dev/register/routes";
import { calendar, COLUMNS, DEADLINES, drawn, lateness, nameOf, STATES, sum, written } from "../src/reports/lines";
import { choicesOf, moved, pathOf, readQuery } from "../src/reports/query";
import { BYS, type Report, type ReportLine } from "../src/reports/types";

const NOW = new Date(2026, 2, 31, 15, 4);
const LINE: ReportLine = {
  key: "heating", title: "", registered: 1204, open: 4, closed: 1190, refused: 10, on_time: 1000, late: 150, overdue: 3, reopened: 0, to_close_h: null,
}; // prettier-ignore

test("the address keeps the part and what belongs to it; 30 days where none are named", () => {
  const query = readQuery(new URLSearchParams(""), NOW);
  expect(query).toMatchObject({ part: "table", by: "topic", least: "2", day: "", period: { from: "2026-03-02", to: "2026-03-31" } });
  expect(choicesOf({ ...query, part: "day" })).toEqual({ part: "day" });
  expect(choicesOf({ ...query, part: "day", day: "2026-03-30" })).toEqual({ part: "day", day: "2026-03-30" });
  const sent = new URLSearchParams(choicesOf({ ...query, part: "repeats", least: "5" }));
  expect(readQuery(sent, NOW)).toEqual({ ...query, part: "repeats", least: "5" });
  expect(readQuery(new URLSearchParams("part=what&by=none&day=31.03&least=9"), NOW)).toEqual(query);
});

test("each part has its door", () => {
  const query = readQuery(new URLSearchParams("from=2026-03-30&to=2026-03-30&by=day"), NOW);
  expect(pathOf(query, "kk")).toMatch(/^\/api\/reports\?by=day&since=.+&until=.+&language=kk$/);
  expect(pathOf({ ...query, part: "repeats" }, "kk")).toMatch(/^\/api\/reports\/repeats\?since=.+&at_least=2&language=kk$/);
  expect(pathOf({ ...query, part: "day" }, "kk")).toBe("/api/reports/daily?language=kk");
  expect(pathOf({ ...query, part: "day", day: "2026-03-31" }, "kk")).toBe("/api/reports/daily?day=2026-03-31&language=kk");
});

test("the day before and after, over the ends of months", () => {
  expect([moved("2026-03-01", -1), moved("2026-12-31", 1)]).toEqual(["2026-02-28", "2027-01-01"]);
});

test("a line is named by its title, else by the page's own word", () => {
  expect(nameOf({ key: "heating", title: "Жылу" }, "topic", "kk")).toBe("Жылу");
  expect(nameOf({ key: "complaint", title: "" }, "kind", "ru")).toBe("жалоба");
  expect(nameOf({ key: "", title: "" }, "organisation", "en")).toBe("not given");
  expect([calendar("2026-11-22", "day", "uk"), calendar("2026-11-22", "day", "en")]).toEqual(["22.11", "22 Nov"]);
  expect([calendar("2026-11", "month", "kk"), calendar("2026-11-01", "month", "en")]).toEqual(["11.2026", "Nov 2026"]);
});

test("the bars of the states are all that were registered; of many names the largest are drawn, of days all", () => {
  expect(sum(LINE, STATES)).toBe(LINE.registered);
  expect(sum(LINE, DEADLINES)).toBe(1153);
  const many = Array.from({ length: 30 }, (_, at) => ({ ...LINE, key: String(at) }));
  expect([drawn(many, "topic").length, drawn(many, "day").length]).toEqual([10, 30]);
});

test("no mean is a dash; how late is told in hours, then in days", () => {
  expect(COLUMNS.map((column) => written(LINE, column, "en"))).toEqual(["1,204", "4", "1,190", "10", "1,000", "150", "3", "0", "–"]);
  expect([0.2, 47, 50].map(lateness)).toEqual([{ unit: "time_h", n: 1 }, { unit: "time_h", n: 47 }, { unit: "time_d", n: 2 }]);
});

test.each(BYS)("the invented report by %s adds up", (by) => {
  const { reports } = new FakeRegister();
  const query = readQuery(new URLSearchParams({ by }), new Date());
  const [, report] = reports.answer(new URL(pathOf(query, "en"), "http://fake").searchParams, "en") as [number, Report];
  expect(report.total.registered).toBeGreaterThan(0);
  expect(report.lines.reduce((all, { registered }) => all + registered, 0)).toBe(report.total.registered);
});
