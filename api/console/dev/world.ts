/** An invented town, its staff and one call, for working on the pages without a server. No real person or address. */
import type { Operator, Pop, QueueLoad, Staff, Street, Topic, Wallboard, Words } from "../src/lib/types";

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

export const STAFF: Record<string, Staff> = {
  aigul: { login: "aigul", name: "Айгүл Сәрсенова", role: "operator", phone: "201", language: "kk", queues: ["heat", "water"] },
  dana: { login: "dana", name: "Дана Ким", role: "manager", phone: "", language: "ru", queues: ["heat", "water", "power"] },
};

export const STREETS: Street[] = [
  { id: 1, name: "Абай", kind: "avenue" },
  { id: 2, name: "Ақсай-4", kind: "microdistrict" },
  { id: 3, name: "Әуезов", kind: "street" },
  { id: 4, name: "Жеңіс", kind: "avenue" },
  { id: 5, name: "Қабанбай батыр", kind: "street" },
  { id: 6, name: "Сейфуллин", kind: "street" },
  { id: 7, name: "Гагарин", kind: "street" },
  { id: 8, name: "Вокзальная", kind: "lane" },
];

export const HOUSES = ["1", "3", "7а", "12", "12/2", "45", "45/1", "47", "89"];

export const TOPICS: Topic[] = [
  { code: "heating", names: { kk: "Жылу жоқ", ru: "Нет отопления", uk: "Немає опалення", en: "No heating", ko: "난방" }, parent: "" },
  { code: "hot_water", names: { kk: "Ыстық су", ru: "Горячая вода", uk: "Гаряча вода", en: "Hot water", ko: "온수" }, parent: "" },
  { code: "cold_water", names: { kk: "Суық су", ru: "Холодная вода", uk: "Холодна вода", en: "Cold water", ko: "냉수" }, parent: "" },
  { code: "electricity", names: { kk: "Жарық", ru: "Электричество", uk: "Електрика", en: "Electricity", ko: "전기" }, parent: "" },
  { code: "lift", names: { kk: "Лифт", ru: "Лифт", uk: "Ліфт", en: "Lift", ko: "승강기" }, parent: "" },
];

export const SAID: Words[] = [
  { question: "open", text: "сәлеметсіз бе", final: false },
  { question: "open", text: "сәлеметсіз бе абай көшесі", final: false },
  { question: "open", text: "сәлеметсіз бе абай көшесі қырық бесінші үй он екінші пәтер", final: false },
  { question: "open", text: "сәлеметсіз бе абай көшесі қырық бесінші үй он екінші пәтер екінші күн жылу жоқ", final: true },
  { question: "house", text: "қырық бес", final: true },
  { question: "talk", text: "балалар тоңып отыр, батарея мұп-мұздай", final: false },
  { question: "talk", text: "балалар тоңып отыр, батарея мұп-мұздай, көршілерде де солай", final: true },
];

export function ringing(): Pop {
  return {
    call: "c-1001", offer: 17, phase: "ringing", caller: "+77015550142", caller_name: "Нұрлан Ә.", language: "kk",
    since: ago(48), waited_s: 41,
    household: { id: 9, person: "Нұрлан Әбдіқалықов", street_id: 1, street: "Абай даңғылы", house: "45", flat: "12" },
    open_tickets: [{ number: "26-000118-7", topic: "hot_water", state: "open", created_at: ago(90_000) }],
    words: [SAID[2] as Words], unheard: "",
    fields: {
      street: { value: "Абай даңғылы", ref: "1", confidence: 0.93, source: "spoken", words: "абай көшесі" },
      house: { value: "45", ref: "11", confidence: 0.71, source: "spoken", words: "қырық бесінші үй" },
      flat: { value: "12", ref: "", confidence: 0.99, source: "household", words: "" },
      topic: { value: "heating", ref: "", confidence: 0.48, source: "spoken", words: "жылу" },
    },
    note: "", ticket: null,
  };
}

export function korean(): Pop {
  return {
    ...ringing(), call: "c-1002", offer: 18, caller: "", caller_name: "", language: "ko", household: null, open_tickets: [],
    words: [{ question: "open", text: "안녕하세요 아바이 거리 사십오 번지 난방이 안 됩니다", final: true }],
    fields: {
      street: { value: "Абай даңғылы", ref: "1", confidence: 0.66, source: "spoken", words: "아바이 거리" },
      topic: { value: "heating", ref: "", confidence: 0.88, source: "spoken", words: "난방이 안" },
    },
  };
}

export const operator = (state: Operator["state"], reason = "", until: string | null = null): Operator => ({
  operator: "aigul", name: "Айгүл Сәрсенова", phone: "201", state, since: new Date().toISOString(), reason, until,
  reachable: true, desk: true, call: state === "ready" || state === "paused" ? "" : "c-1001",
});

export const queues = (): QueueLoad[] => [
  { queue: "heat", waiting: 7, longest_wait_s: 194 + (Math.floor(Date.now() / 1000) % 40), ready: 0, talking: 5, answered: 412, abandoned: 31 },
  { queue: "water", waiting: 2, longest_wait_s: 38, ready: 2, talking: 3, answered: 186, abandoned: 6 },
  { queue: "power", waiting: 0, longest_wait_s: 0, ready: 3, talking: 1, answered: 94, abandoned: 2 },
];

const CREW: [string, Operator["state"], number, string, boolean][] = [
  ["Айгүл Сәрсенова", "talking", 132, "", true], ["Ержан Қалиұлы", "talking", 418, "", true],
  ["Олександр Бойко", "ready", 12, "", true], ["Мария Соколова", "wrap_up", 21, "", true],
  ["Ғалия Төлеген", "talking", 66, "", true], ["Денис Пак", "offered", 5, "", true],
  ["Һалима Өмірзақ", "paused", 640, "lunch", true], ["Ирина Ткач", "ready", 48, "", false],
  ["Тимур Жұмабек", "paused", 75, "not_taken", true], ["Светлана Ли", "talking", 260, "", true],
];

export function wallboard(): Wallboard {
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
  return {
    at: new Date().toISOString(), queues: queues(),
    operators: CREW.map(([name, state, s, reason, reachable], i) => ({
      operator: `op${i}`, name, phone: String(201 + i), state, since: ago(s), reason, until: null, reachable, desk: true, call: "",
    })),
    totals: { offered: 1204, answered: 692, abandoned: 39, other_ends: 455, in_progress: 18, service_level_pct: 78.4, asa_s: 24.2 },
    ends: { answered: 692, abandoned: 39, informed: 318, recorded: 62, callback: 47, diverted: 21, refused: 5, cut: 2 },
    chart,
  };
}
