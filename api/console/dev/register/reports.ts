/** The reports' doors, played: counted from the invented tickets. */
import type { Day, Overdue, Repeat, ReportLine } from "../../src/reports/types.ts";
import type { RegisterTicket } from "../../src/register/types.ts";
import type { Answer } from "../routes.ts";
import { ago, TOPICS } from "../world.ts";
import type { FakeDuties } from "./duties.ts";
import type { FakeOutages } from "./outages.ts";
import type { FakeTickets } from "./tickets.ts";
import { TERRITORIES } from "./town.ts";

const dayOf = (at: string | null): string => {
  const local = new Date(at ?? "");
  const pad = (n: number) => String(n).padStart(2, "0");
  return `${local.getFullYear()}-${pad(local.getMonth() + 1)}-${pad(local.getDate())}`;
};
const KEYS: Record<string, (one: RegisterTicket) => string> = {
  kind: (one) => one.kind, topic: (one) => one.topic, organisation: (one) => one.organisation, channel: (one) => one.channel,
  territory: (one) => String(one.territory_id ?? ""), operator: (one) => one.operator, day: (one) => dayOf(one.created_at),
  month: (one) => dayOf(one.created_at).slice(0, 7),
}; // prettier-ignore

function line(key: string, title: string, of: readonly RegisterTicket[]): ReportLine {
  const how = (test: (one: RegisterTicket) => boolean) => of.filter(test).length;
  const clock = (name: string) => how(({ deadline }) => deadline.clock === name);
  const closed = how(({ state }) => state === "closed");
  return {
    key, title, registered: of.length, closed, refused: how(({ state }) => state === "refused"), open: how(({ state }) => state !== "closed" && state !== "refused"),
    on_time: clock("met"), late: clock("missed"), overdue: clock("late"), reopened: Math.floor(closed / 4), to_close_h: closed > 0 ? 18.4 + of.length / 10 : null,
  }; // prettier-ignore
}

export class FakeReports {
  constructor(
    private readonly tickets: FakeTickets,
    private readonly duties: FakeDuties,
    private readonly outages: FakeOutages,
  ) {}

  answer(query: URLSearchParams, language: string, part = ""): Answer {
    if (query.get("format")) return [200, Buffer.from("title;registered\n")];
    const [since, until] = [Date.parse(query.get("since") ?? ""), Date.parse(query.get("until") ?? "")];
    const asked = this.tickets.tickets.filter(({ created_at }) => Date.parse(created_at ?? "") >= since && Date.parse(created_at ?? "") < until);
    if (part === "daily") return [200, this.day(query.get("day") ?? "", language)];
    if (part === "repeats") return [200, { repeats: this.repeats(asked, Number(query.get("at_least") ?? 2), language) }];
    const by = query.get("by") ?? "topic";
    return [200, { by, since: query.get("since"), until: query.get("until"), lines: this.lines(asked, by, language), total: line("", "", asked) }];
  }

  private topic = (code: string, language: string): string => TOPICS.find((one) => one.code === code)?.names[language] ?? code;
  private organisation = (code: string, language: string): string =>
    this.duties.organisations.find((one) => one.code === code)?.names[language] ?? code;

  private lines(of: readonly RegisterTicket[], by: string, language: string): ReportLine[] {
    const groups = new Map<string, RegisterTicket[]>();
    for (const one of of) {
      const key = KEYS[by]?.(one) ?? "";
      groups.set(key, [...(groups.get(key) ?? []), one]);
    }
    const title = (key: string) =>
      by === "topic" ? this.topic(key, language)
      : by === "organisation" ? this.organisation(key, language)
      : by === "territory" ? (TERRITORIES.find(({ id }) => String(id) === key)?.names[language] ?? "")
      : by === "operator" ? key : ""; // prettier-ignore
    const lines = [...groups].map(([key, mine]) => line(key, title(key), mine));
    return lines.sort((a, b) => (by === "day" || by === "month" ? a.key.localeCompare(b.key) : b.registered - a.registered));
  }

  private repeats(of: readonly RegisterTicket[], least: number, language: string): Repeat[] {
    const groups = new Map<string, RegisterTicket[]>();
    for (const one of of) {
      const key = `${one.street_id}:${one.topic}`;
      groups.set(key, [one, ...(groups.get(key) ?? [])]);
    }
    return [...groups.values()]
      .filter((mine) => mine.length >= least)
      .sort((a, b) => b.length - a.length)
      .map((mine) => {
        const [{ street, house, flat, topic }, last] = [mine[0] as RegisterTicket, mine.at(-1) as RegisterTicket];
        const open = mine.filter(({ state }) => state !== "closed").length;
        return { street, house, flat, topic, topic_title: this.topic(topic, language), numbers: mine.map(({ number }) => number), last_at: last.created_at ?? "", open };
      });
  }

  private day(day: string, language: string): Day {
    const mine = this.tickets.tickets.filter(({ created_at }) => dayOf(created_at) === day);
    const late = this.tickets.tickets.filter(({ deadline }) => deadline.clock === "late");
    const overdue: Overdue[] = late.map((one) => ({
      number: one.number, topic: one.topic, topic_title: this.topic(one.topic, language), street: one.street, house: one.house,
      organisation_title: one.organisation && this.organisation(one.organisation, language), due_at: one.deadline.due_at ?? ago(0), late_h: -(one.deadline.left_s ?? 0) / 3_600,
    })); // prettier-ignore
    const outages = this.outages.all.filter(({ state }) => state === "announced" || state === "restored");
    return {
      day, total: line("", "", mine), kinds: this.lines(mine, "kind", language), topics: this.lines(mine, "topic", language),
      organisations: this.lines(mine, "organisation", language), overdue: overdue.sort((a, b) => b.late_h - a.late_h), emergencies: 2,
      outages: outages.map((one) => ({ outage_id: one.id, topic: one.topic, topic_title: this.topic(one.topic, language), level: one.level, starts_at: one.starts_at, expected_at: one.expected_at, ended_at: one.ended_at, households: one.ties })),
      calls: mine.length > 0 ? { answered: 412, abandoned: 23, informed: 61, callback: 9 } : {}, waited_s: mine.length > 0 ? 38.6 : null,
    }; // prettier-ignore
  }
}
