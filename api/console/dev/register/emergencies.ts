/** Invented hand-offs, and the services of register/kezek_register/emergency.toml with a few of their questions. */
import type { Emergency, Question, Service } from "../../src/emergency/types.ts";
import { ago } from "../world.ts";

type Four = [kk: string, ru: string, uk: string, en: string];
const names = ([kk, ru, uk, en]: Four) => ({ kk, ru, uk, en });
const asks = (code: string, kind: Question["kind"], ...words: Four): Question => ({ code, kind, names: names(words) });

const INSIDE = asks("people_inside", "yes_no", "Ішінде адам бар ма?", "Внутри есть люди?", "Усередині є люди?", "Are there people inside?");
const HAPPENED = asks("what_happened", "words", "Не болды?", "Что случилось?", "Що сталося?", "What happened?");
const ENTRANCE = asks("entrance", "number", "Нешінші кіреберіс?", "Какой подъезд?", "Який під'їзд?", "Which entrance?");

function service(code: string, number: string, topics: string[], called: Four, say: Four, questions: Question[]): Service {
  return { code, number, region: "kz", names: names(called), questions, topics, say: names(say) };
}

export const SERVICES: Service[] = [
  service("fire", "101", ["fire"], ["Өрт сөндіру қызметі", "Пожарная служба", "Пожежна служба", "Fire service"],
    ["Адамдарды сыртқа шығарыңыз, лифтіні пайдаланбаңыз.", "Выведите людей, не пользуйтесь лифтом.", "Виведіть людей, не користуйтеся ліфтом.", "Get people out, do not use the lift."],
    [asks("what_burns", "words", "Не жанып жатыр?", "Что горит?", "Що горить?", "What is burning?"), INSIDE]),
  service("ambulance", "103", [], ["Жедел жәрдем", "Скорая помощь", "Швидка допомога", "Ambulance"],
    ["Адамның қасында болыңыз, тұтқаны қоймаңыз.", "Оставайтесь рядом с человеком и не кладите трубку.", "Залишайтеся поруч із людиною.", "Stay with the person and stay on the line."],
    [HAPPENED, ENTRANCE]),
  service("gas", "104", ["gas_leak"], ["Газ қызметі", "Газовая служба", "Газова служба", "Gas service"],
    ["От жақпаңыз, жарықты қоспаңыз және өшірмеңіз. Терезені ашып, сыртқа шығыңыз.", "Не зажигайте огонь, не включайте и не выключайте свет. Откройте окна и выйдите на улицу.", "Не запалюйте вогонь. Відчиніть вікна та вийдіть надвір.", "Light no flame, touch no light switch. Open the windows and go outside."],
    [asks("smell_where", "words", "Иіс қай жерден шығады?", "Где пахнет?", "Де пахне?", "Where is the smell?"),
      asks("people_unwell", "yes_no", "Біреудің жағдайы нашар ма?", "Кому-нибудь плохо?", "Комусь погано?", "Is anybody unwell?"), INSIDE,
      asks("valve_closed", "yes_no", "Газ краны жабық па?", "Кран закрыт?", "Кран закритий?", "Is the valve closed?"), ENTRANCE]),
  service("rescue", "112", ["danger"], ["Құтқару қызметі", "Служба спасения", "Служба порятунку", "Rescue service"],
    ["Қауіпсіз жерге барыңыз, тұтқаны қоймаңыз.", "Перейдите в безопасное место и не кладите трубку.", "Перейдіть у безпечне місце.", "Go to a safe place and stay on the line."],
    [HAPPENED, INSIDE]),
]; // prettier-ignore

export class FakeEmergencies {
  all: Emergency[] = [];

  constructor() {
    const first = this.add({ service: "gas", context: "Абай 12. Where is the smell? The stairs.", answers: { smell_where: "The stairs" } }, "oksana");
    first.handed_at = ago(5_400);
    this.add({ service: "rescue", context: "" }, "aigul").handed_at = ago(1_500);
  }

  add({ more = "", ...of }: Partial<Emergency> & { more?: string }, who: string): Emergency {
    const same = this.all.find((one) => of.call && one.call === of.call && one.service === of.service && one.how === of.how && one.outcome === "");
    if (same) return same;
    const made: Emergency = {
      call: "", ticket: "", service: "", how: "operator", answers: {}, ...of, id: this.all.length + 1, context: of.context || context(of, more),
      handed_at: ago(0), handed_by: who, outcome: "", outcome_at: null, outcome_by: "",
    };
    this.all.push(made);
    return made;
  }

  list(open: boolean): Emergency[] {
    return open ? this.all.filter(({ outcome }) => outcome === "") : this.all.toReversed();
  }

  close(id: number, text: string, who: string): Emergency | null {
    const one = this.all.find((each) => each.id === id);
    return one ? Object.assign(one, { outcome: text, outcome_at: ago(0), outcome_by: who }) : null;
  }
}

/** As the door puts it together, in the invented city's language. */
function context({ service = "", answers = {} }: Partial<Emergency>, more: string): string {
  const asked = SERVICES.find(({ code }) => code === service)?.questions ?? [];
  const said = (answer: string) => ({ yes: "Да", no: "Нет" })[answer] ?? answer;
  const told = asked.filter(({ code }) => answers[code]).map(({ code, names }) => `${names["ru"]} ${said(answers[code] ?? "")}.`);
  return [...told, more].filter(Boolean).join(" ");
}
