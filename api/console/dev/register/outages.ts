/** Invented outages and planned works. */
import { affected, area, without } from "../../src/register/areas.ts";
import type { Closing, Concerned, Level, Outage, OutageBrief, OutageDraft, OutageStep, Restoration, Tie } from "../../src/register/outage_types.ts";
import type { Area, Spot } from "../../src/register/types.ts";
import { ago } from "../world.ts";
import { buildingOf, SPOTS, titled } from "./town.ts";

type Line = [code: string, kk: string, ru: string, uk: string, en: string, phone?: string];
const CHECKLIST: Line[] = [
  ["shut", "Учаскені жабу", "Перекрыть участок", "Перекрити ділянку", "Shut the section off"],
  ["crew", "Бригада жіберу", "Выслать бригаду", "Вислати бригаду", "Send the crew"],
  ["hospital", "Аурухана мен мектептерді тексеру", "Проверить больницы и школы", "Перевірити лікарні та школи", "Check hospitals and schools"],
  ["tanker", "Су тасығыш", "Подвоз воды", "Підвезення води", "Water by tanker"],
];
const CALL_OUT: Line[] = [
  ["duty", "Кезекші инженер", "Дежурный инженер", "Черговий інженер", "Duty engineer", "+77009990211"],
  ["head", "Кәсіпорын басшысы", "Руководитель предприятия", "Керівник підприємства", "Head of the company", "+77009990212"],
  ["mayor", "Әкімдік кезекшісі", "Дежурный администрации", "Черговий адміністрації", "Duty officer of the city", "+77009990213"],
];

function steps(level: Level): OutageStep[] {
  const line = (list: OutageStep["list"]) => ([code, kk, ru, uk, en, phone = ""]: Line, position: number): OutageStep => ({
    list, position, code, names: { kk, ru, uk, en }, phone, done_at: null, done_by: "", note: "", asked_at: null, answer: "",
  });
  return [...CHECKLIST.map(line("checklist")), ...CALL_OUT.slice(0, level === 3 ? 1 : 3).map(line("call_out"))];
}

export class FakeOutages {
  all: Outage[] = [];

  constructor() {
    const burst = this.open({
      state: "announced", level: 2, topic: "hot_water", asset_kind: "water_pipe", cause: "burst_pipe", organisation: "vodokanal", code: "", ends_itself: false,
      words: { ru: "Воду подвозят к дому 12 по проспекту Абая.", kk: "Су Абай даңғылы, 12-үйге жеткізіледі." }, starts_at: ago(9_000),
      expected_at: ago(-11_000), areas: [area("houses", { street_id: 1, house_from: "1", house_to: "30" }), area("building", { building_id: 5004 })],
    });
    Object.assign(burst, { ties: 137, calls: 164, expectations: [
      { at: ago(8_800), who: "dana", expected_at: ago(1_800), why: "" },
      { at: ago(2_400), who: "oksana", expected_at: ago(-11_000), why: "Найдена вторая течь" },
    ] }); // prettier-ignore
    Object.assign(burst.steps[0] as OutageStep, { done_at: ago(8_000), done_by: "oksana" });
    this.open({
      state: "announced", level: 3, topic: "heating", asset_kind: "heat_pipe", cause: "planned_work", organisation: "teplo", code: "ПР-14", ends_itself: true, words: {},
      starts_at: ago(-90_000), expected_at: ago(-120_000), areas: [area("part", { part_id: 12 })],
    });
    Object.assign(this.open({
      state: "announced", level: 1, topic: "electricity", asset_kind: "power_line", cause: "no_supply", organisation: "energo", code: "", ends_itself: false, words: {},
      starts_at: ago(16_000), expected_at: ago(600), areas: [area("territory", { territory_id: 2 })],
    }), { ties: 412, calls: 530 });
    Object.assign(this.open({
      state: "announced", level: 2, topic: "lift", asset_kind: "lift", cause: "other", organisation: "lift", code: "", ends_itself: false, words: {},
      starts_at: ago(200_000), expected_at: null, areas: [area("building", { building_id: 1045 })],
    }), { state: "restored", ended_at: ago(150_000), ties: 3, calls: 3 });
  }

  open(draft: OutageDraft): Outage {
    const outage: Outage = {
      ...draft, id: this.all.length + 1, now: false, ended_at: null, created_by: "dana", created_at: ago(0), expectations: [], ties: 0, calls: 0,
      steps: steps(draft.level), saved: 0, still_out: 0, restored: [], restorations: [], parent: null, announced_at: ago(0), chain_at: null, chain_by: "", version: 1,
    };
    this.all.unshift(outage);
    return outage;
  }

  find = (id: number): Outage | undefined => this.all.find((one) => one.id === id);

  private begun = (one: Outage): boolean => one.state === "announced" && Date.parse(one.starts_at) <= Date.now();

  told = (one: Outage, language: string): Outage => ({
    ...one, now: this.begun(one), areas: one.areas.map((each) => titled(each, language)), restored: one.restored.map((each) => titled(each, language)),
    restorations: one.restorations.map((step) => ({ ...step, areas: step.areas.map((each) => titled(each, language)) })),
  });

  page(asked: URLSearchParams, language: string): Outage[] {
    return this.all.filter((one) => {
      const state = asked.get("state") ?? "";
      const phase = one.state === "announced" ? (this.begun(one) ? "now" : "coming") : one.state;
      return state === "" || one.state === state || phase === state || (state === "open" && one.state === "announced");
    }).map((one) => this.told(one, language));
  }

  brief = (one: Outage, language: string): OutageBrief => {
    const { id, state, level, topic, cause, starts_at, expected_at, words } = one;
    return { id, state, level, topic, cause, starts_at, expected_at, words: words[language] ?? "" };
  };

  at(spot: Spot | undefined, language: string): OutageBrief[] {
    return spot ? this.all.filter((one) => this.begun(one) && affected(one.areas, spot)).map((one) => this.brief(one, language)) : [];
  }

  concerned(areas: Area[]): Concerned {
    const houses = SPOTS.filter((spot) => affected(areas, spot)).map(buildingOf);
    return {
      buildings: houses.length, households: houses.reduce((sum, house) => sum + (house?.flats ?? 0), 0), people: houses.reduce((sum, house) => sum + (house?.people ?? 0), 0),
      special_needs: houses.filter((house) => house?.special_needs).length,
      first_help: SPOTS.filter((spot) => spot.special_needs && affected(areas, spot)).slice(0, 20).map(({ id, street, house, special_needs }) => ({ building_id: id, street, house, special_needs })),
    };
  }

  change(one: Outage, draft: OutageDraft): Outage {
    const state = one.state === "draft" ? draft.state : one.state;
    return Object.assign(one, draft, { state, version: one.version + 1 });
  }

  expect(one: Outage, expected_at: string | null, why: string, who: string): void {
    Object.assign(one, { expected_at, version: one.version + 1, expectations: [...one.expectations, { at: ago(0), who, expected_at, why }] });
  }

  /** Over in these parts; what is left goes on. */
  restore(one: Outage, areas: Area[], why: string, who: string): void {
    const step = { step: one.restorations.length + 1, at: ago(0), who, why, areas, closes: false, households: 12, still_out: 0, taken_back_at: null, taken_back_by: "" };
    Object.assign(one, { restored: [...one.restored, ...areas], restorations: [...one.restorations, step], version: one.version + 1 });
  }

  /** A step, the whole end, or what is left of it as an outage of its own. */
  reopen(one: Outage, { step, areas }: { step?: number; areas?: Area[] }, who: string): Outage {
    if (areas && areas.length > 0) return Object.assign(this.open({ ...one, state: "announced", areas }), { parent: one.id, ties: one.still_out, calls: one.still_out });
    const back = (each: Restoration) => (step === undefined ? each.closes : each.step === step) && !each.taken_back_at;
    const parts = one.restorations.filter(back).flatMap((each) => each.areas);
    return Object.assign(one, {
      state: "announced", ended_at: null, restored: parts.reduce<Area[]>((left, part) => without(left, part), one.restored), version: one.version + 1,
      restorations: one.restorations.map((each) => (back(each) ? { ...each, taken_back_at: ago(0), taken_back_by: who } : each)),
    });
  }

  done(one: Outage, list: string, position: number, note: string, who: string): void {
    const step = one.steps.find((each) => each.list === list && each.position === position);
    if (step) Object.assign(step, { done_at: ago(0), done_by: who, note });
    one.version++;
  }

  close(one: Outage): Omit<Closing, "outage"> {
    const again = one.state === "restored";
    const step = { step: one.restorations.length + 1, at: ago(0), who: "dana", why: "", areas: [], closes: true, households: one.ties, still_out: 0, taken_back_at: null, taken_back_by: "" };
    if (!again) Object.assign(one, { state: "restored", ended_at: ago(0), restorations: [...one.restorations, step], version: one.version + 1 });
    return { notices: again ? 0 : one.ties };
  }

  ties(one: Outage): Tie[] {
    return Array.from({ length: Math.min(one.ties, 50) }, (_, i) => ({
      party: `h:${i + 1}`, building_id: null, flat: String(i + 1), phone: `+770155502${10 + i}`, language: "kk", calls: 1, ticket: "", tell: true,
      restored: "" as const, at: ago(60 * i),
    }));
  }
}
