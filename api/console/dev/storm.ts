/** An invented storm: suspicions, the ladder, what callers add, bulletins. Calm until the scene `storm`. */
import { area } from "../src/register/areas.ts";
import { type Addition, type Bulletin, type BulletinDraft, type Ladder, type RungName, RUNGS, type Suspicion } from "../src/storm/types.ts";
import type { Level } from "../src/register/outage_types.ts";
import type { Area } from "../src/register/types.ts";
import type { Outage } from "../src/register/outage_types.ts";
import type { Asked, FakeRegister } from "./register/routes.ts";
import { titled } from "./register/town.ts";
import type { Answer } from "./routes.ts";
import { extend, troubles, WALK, word } from "./walk.ts";
import { ago } from "./world.ts";

type Words = Record<string, string>;
const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
const in_ = (of: Words, language: string): string => of[language] ?? of["en"] ?? "";
const DOES: Record<RungName, Words> = {
  normal: { kk: "бәрі ереже бойынша", ru: "всё по обычным правилам", uk: "усе за звичайними правилами", en: "everything goes by the usual rules" },
  elevated: {
    kk: "екінші желі көмектеседі; төтенше қоңырауларға бос операторлар сақталады", ru: "помогает вторая линия; для экстренных вызовов держат свободных операторов",
    uk: "допомагає друга лінія; для екстрених викликів тримають вільних операторів", en: "the second line helps; free operators are kept for emergencies",
  },
  overload: {
    kk: "барлығына алдымен хабарлама айтылады; барлығына кері қоңырау ұсынылады; кейбір тақырыптар операторсыз жазып алынады; екінші желі көмектеседі",
    ru: "всем сначала звучит сообщение; всем предлагают перезвонить; часть тем принимается записью, без оператора; помогает вторая линия",
    uk: "усім спершу звучить повідомлення; усім пропонують передзвонити; частину тем приймають записом, без оператора; допомагає друга лінія",
    en: "everybody hears a message first; everybody is offered a callback; some topics are taken by recorded intake, without an operator; the second line helps",
  },
  emergency: {
    kk: "барлығына алдымен хабарлама айтылады; демалыстағы қызметкерлер шақырылады", ru: "всем сначала звучит сообщение; вызывают сотрудников не на смене",
    uk: "усім спершу звучить повідомлення; викликають працівників не на зміні", en: "everybody hears a message first; people who are off shift are called in",
  },
};
const WHY: Words = {
  kk: "бір операторға 6,2 қоңырау күтуде, шегі 4", ru: "на одного оператора ждут 6,2, порог 4", uk: "на одного оператора чекають 6,2, поріг 4",
  en: "6.2 callers wait for each operator, the limit is 4",
};
const SENTENCES: Record<number, Words> = {
  7: {
    kk: "Сейфуллин 1–40: 6 минутта 17 хабар: жылу жоқ; әдетте 0,3", ru: "17 сообщений за 6 минут с Сейфуллин 1–40: нет отопления; обычно 0,3",
    uk: "17 повідомлень за 6 хвилин із Сейфуллин 1–40: немає опалення; зазвичай 0,3", en: "17 reports in 6 minutes from Сейфуллин 1–40: no heating; usual 0.3",
  },
  8: {
    kk: "7-2 фидері: 11 минутта 31 хабар: жарық; әдетте 0,8", ru: "31 сообщение за 11 минут с Фидер 7-2: электричество; обычно 0,8",
    uk: "31 повідомлення за 11 хвилин із Фідер 7-2: електрика; зазвичай 0,8", en: "31 reports in 11 minutes from Feeder 7-2: electricity; usual 0.8",
  },
};

export class FakeStorm {
  revision = Date.now(); // another one after every reset
  rung: Ladder["rung"] = { name: "normal", since: null, by: "", why: "", because: {}, held: false, n: 0 };
  history: Ladder["history"] = [];
  suspicions: Suspicion[] = [];
  additions: Addition[] = [];
  bulletins: Bulletin[] = [];
  /** What was spoken into a microphone, by the bulletin. */
  sounds = new Map<number, Buffer>();
  stormy = false;

  readonly outages: Outage[];

  constructor(private readonly register: FakeRegister) {
    this.outages = register.outages.all;
  }

  /** Three quarters of an hour into it. */
  begin(): void {
    this.stormy = true;
    this.moved("elevated", "rule", "", 1_500);
    this.moved("overload", "rule", "", 720);
    const base = { state: "open" as const, outage_id: null, beyond: false, decided_at: null, decided_by: "", why: "", of: [], words: "", against: 0, span_s: 360 };
    this.suspicions = [
      {
        ...base, id: 7, topic: "heating", areas: [area("houses", { street_id: 6, house_from: "1", house_to: "40" })], reports: 17, parties: 16, households: 1480,
        special_needs: 2, certainty: 0.97, usual: 0.3, first_at: ago(360), last_at: ago(20), grown: [[ago(300), 320], [ago(240), 690], [ago(90), 1110], [ago(40), 1480]],
      },
      {
        ...base, id: 8, topic: "electricity", areas: [area("part", { part_id: 22 })], reports: 31, parties: 29, households: 4210, special_needs: 3, certainty: 0.88, against: 1,
        usual: 0.8, span_s: 660, first_at: ago(660), last_at: ago(15), grown: [[ago(600), 410], [ago(480), 1220], [ago(200), 4210]],
      },
      {
        ...base, id: 5, state: "dismissed", topic: "cold_water", areas: [area("street", { street_id: 3 })], reports: 6, parties: 6, households: 900, special_needs: 0,
        certainty: 0.71, usual: 0.6, first_at: ago(2_600), last_at: ago(2_300), grown: [[ago(2_500), 900]], decided_at: ago(2_000), decided_by: "dana",
        why: "Бригада на месте: вода есть",
      },
    ]; // prettier-ignore
    const [burst, supply] = [this.register.outages.find(1), this.register.outages.find(3)];
    if (burst)
      Object.assign(burst, {
        saved: 118, still_out: 4, restored: [area("building", { building_id: 5004 })], chain_at: ago(8_400), chain_by: "dana",
        restorations: [{ step: 1, at: ago(900), who: "oksana", why: "Переключили на другую линию", areas: [area("building", { building_id: 5004 })], closes: false, households: 9, still_out: 0, taken_back_at: null, taken_back_by: "" }],
      }); // prettier-ignore
    if (burst?.steps[4]) Object.assign(burst.steps[4], { asked_at: ago(8_400), answer: "comes", done_at: ago(8_300), done_by: "Дежурный инженер" });
    if (supply) Object.assign(supply, { saved: 377 });
    this.additions = [
      { id: 1, outage_id: 3, at: ago(140), code: "electric", words: "на земле лежит провод, искрит у детской площадки", call: "c-77", ticket: "", street: "Қабанбай батыр", house: "12", flat: "", handled_at: null, handled_by: "", note: "" },
      { id: 2, outage_id: 3, at: ago(60), code: "medical", words: "лежачий больной на аппарате кислорода", call: "c-79", ticket: "26-000131-2", street: "Гагарин", house: "8", flat: "44", handled_at: null, handled_by: "", note: "" },
    ]; // prettier-ignore
    this.write({ words: { ru: "Воду подвозят к школе номер пять. О сроках скажем в восемнадцать часов.", kk: "Су №5 мектепке жеткізіледі. Мерзімін сағат он сегізде айтамыз." }, areas: [], pack: "", until: ago(-14_000) }, "dana", true);
    this.revision++;
  }

  /** Nothing is out and nothing was found. */
  calm(): void {
    for (const one of this.register.outages.all) if (one.state === "announced") Object.assign(one, { state: "restored", ended_at: ago(80_000) });
    this.revision++;
  }

  toldOutage = (one: Outage, language: string): Outage => this.register.outages.told(one, language);

  /** False when there is no such step. */
  walk(step: string): boolean {
    WALK[step]?.(this);
    this.revision++;
    return step in WALK;
  }

  private moved(name: RungName, by: string, why: string, s = 0, held = false): void {
    const n = this.rung.n + 1;
    this.rung = { name, since: ago(s), by, why, because: by === "rule" ? { waiting_per_operator: 6.2, over: 4, for_s: 30 } : {}, held, n };
    this.history.unshift({ n, at: ago(s), name, by, why, because: this.rung.because, held });
  }

  private write(draft: BulletinDraft, who: string, on = false): Bulletin {
    const one: Bulletin = {
      ...draft, id: this.bulletins.length + 1, state: on ? "on" : "draft", recorded: [], created_by: who, created_at: ago(0), published_by: on ? who : "",
      published_at: on ? ago(1_100) : null, stopped_by: "", stopped_at: null, version: 1,
    };
    this.bulletins.unshift(one);
    return one;
  }

  private ladder(language: string): Ladder {
    return {
      on: true, rung: this.rung, rungs: RUNGS.map((name) => ({ name, names: {}, does: capital(in_(DOES[name], language)), packs: name === "emergency" ? ["curfew"] : [] })),
      measured: {
        at: ago(0), waiting: this.stormy ? 62 : 2, operators: this.stormy ? 10 : 8, wait_s: this.stormy ? 640 : 25, arrivals_min: this.stormy ? 41.5 : 3.2, usual_min: 3.4,
        free_trunks: this.stormy ? 9 : 57,
      },
      history: this.history.map((one) => ({ ...one, why: one.why || (one.by === "rule" ? in_(WHY, language) : "") })), called_in: [],
    }; // prettier-ignore
  }

  told = (one: Suspicion, language: string): Suspicion => ({
    ...one, areas: one.areas.map((each) => titled(each, language)), words: in_(SENTENCES[one.id] ?? { en: `${one.reports} reports` }, language),
  });

  /** null: no door of a storm. */
  answer(asked: Asked): Answer | null {
    const [, noun = "", id = "", part = "", more = "", last = ""] = asked.path.split("/").slice(1);
    if (noun === "ladder") return this.ladderDoor(asked);
    if (noun === "suspicions") return this.suspicionDoor(asked, Number(id), part);
    if (noun === "bulletins") return this.bulletinDoor(asked, Number(id), part);
    if (noun === "additions") return [200, { additions: this.additions.filter(({ handled_at }) => handled_at === null) }];
    if (noun === "executor") return this.crewDoor(asked, id, Number(part), more);
    if (noun === "outages" && part === "word") return this.crewDoor(asked, noun, Number(id), part);
    if (noun === "outages" && asked.method !== "GET") this.revision++; // it is the register's door
    if (noun === "outages" && part === "additions") {
      const one = this.additions.find((each) => each.id === Number(more));
      if (!one || last !== "handled") return [200, { additions: this.additions.filter(({ outage_id }) => outage_id === Number(id)) }];
      Object.assign(one, { handled_at: ago(0), handled_by: asked.staff.login });
      this.revision++;
      return [200, one];
    }
    return null;
  }

  private crewDoor(asked: Asked, noun: string, id: number, part: string): Answer | null {
    if (noun === "troubles") return troubles(this, asked);
    if (part !== "word") return null;
    const of = noun === "suspicions" ? this.suspicions.find((one) => one.id === id) : this.register.outages.find(id);
    this.revision++;
    return of ? word(of, asked) : [404, { code: "not_found" }];
  }

  private ladderDoor({ method, path, body, language, staff }: Asked): Answer {
    if (path === "/api/ladder/rung") return [200, { rung: this.rung, names: {}, does: capital(in_(DOES[this.rung.name], language)) }];
    if (method === "PUT") {
      if (body["n"] !== this.rung.n) return [409, { code: "stale" }];
      this.moved(body["name"] as RungName, staff.login, String(body["why"] ?? ""), 0, body["held"] === true);
      this.revision++;
    }
    return [200, this.ladder(language)];
  }

  private suspicionDoor(asked: Asked, id: number, part: string): Answer {
    const { query, body, language, staff } = asked;
    if (!id) {
      const state = query.get("state") ?? "";
      return [200, { suspicions: this.suspicions.filter((one) => !state || one.state === state).map((one) => this.told(one, language)), next: "" }];
    }
    const one = this.suspicions.find((each) => each.id === id);
    if (!one) return [404, { code: "not_found" }];
    if (part === "reports") {
      const reports = Array.from({ length: one.reports }, (_, i) => ({
        at: ago(360 - i * 20), source: i % 5 === 4 ? "sensor" : "call", topic: one.topic, says: "out", street: "Сейфуллин", house: String(2 + i * 2), party: `h:${i}`, sure: 0.6 + 0.02 * i,
      }));
      return [200, { reports, next: "" }];
    }
    this.revision++;
    if (part === "extend") return extend(this, one, asked);
    if (part === "word") return word(one, asked);
    if (part === "dismiss") {
      Object.assign(one, { state: "dismissed", decided_at: ago(0), decided_by: staff.login, why: body["why"] ?? "" });
      return [200, this.told(one, language)];
    }
    const outage = this.register.outages.open({
      state: "announced", level: (body["level"] as Level | undefined) ?? 2, topic: one.topic, asset_kind: "", cause: "unknown", organisation: "", code: "", ends_itself: false,
      words: (body["words"] as Words | undefined) ?? {}, starts_at: one.first_at, expected_at: (body["expected_at"] as string | null | undefined) ?? null, areas: one.areas,
    });
    Object.assign(one, { state: "confirmed", outage_id: outage.id, decided_at: ago(0), decided_by: staff.login });
    Object.assign(outage, { ties: one.parties, calls: one.reports });
    return [200, this.register.outages.told(outage, language)];
  }

  private bulletinDoor({ method, path, body, staff, query, language, file }: Asked, id: number, part: string): Answer {
    const shown = (one: Bulletin) => ({ ...one, areas: one.areas.map((each) => titled(each, language)) });
    if (path === "/api/bulletins" && method === "GET") return [200, { bulletins: this.bulletins.map(shown), longest: 600, languages: ["kk", "ru", "uk", "en", "ko"] }];
    const draft = { words: body["words"] as Words, areas: body["areas"] as Area[], pack: String(body["pack"] ?? ""), until: (body["until"] as string | null | undefined) ?? null };
    if (path === "/api/bulletins") return [201, shown(this.write(draft, staff.login))];
    const one = this.bulletins.find((each) => each.id === id);
    if (!one) return [404, { code: "not_found" }];
    one.version++;
    this.revision++;
    const spoken = query.get("language") ?? "";
    if (part === "publish") Object.assign(one, { state: "on", published_by: staff.login, published_at: ago(0) });
    else if (part === "stop") Object.assign(one, { state: "off", stopped_by: staff.login, stopped_at: ago(0) });
    else if (part === "sound") {
      if (method === "PUT") this.sounds.set(id, file);
      one.recorded = [...one.recorded.filter((each) => each !== spoken), ...(method === "PUT" ? [spoken] : [])];
    } else Object.assign(one, draft);
    return [200, shown(one)];
  }
}
