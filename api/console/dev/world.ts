/** An invented town, its staff and one call, for working on the pages without a server. No real person or address. */
import type { Field, FieldName, Operator, Pop, QueueLoad, Staff, Street, Topic, Words } from "../src/lib/types";

export const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

export const STAFF: Record<string, Staff> = {
  aigul: {
    login: "aigul", name: "Айгүл Сәрсенова", role: "operator", phone: "201", language: "kk", queues: ["heat", "water"], second_line: true,
  },
  dana: { login: "dana", name: "Дана Ким", role: "manager", phone: "301", language: "ru", queues: ["heat", "water", "power"] },
  serik: { login: "serik", name: "Серік Жанов", role: "executor", phone: "", language: "kk", queues: [], organisation: "teplo" },
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

export const QUEUES: Record<string, string> = { heat: "Отопление", water: "Водоснабжение", power: "Электричество", lifts: "Лифты" };

export const NUMBERS = [
  { number: "101", name: "Өрт сөндіру · Пожарная служба" },
  { number: "102", name: "Полиция" },
  { number: "103", name: "Жедел жәрдем · Скорая помощь" },
  { number: "104", name: "Газ қызметі · Газовая служба" },
  { number: "112", name: "Құтқару қызметі · Служба спасения" },
];

export const HOUSES = ["1", "3", "7а", "12", "12/2", "45", "45/1", "47", "89"];

export const TOPICS: Topic[] = [
  { code: "heating", names: { kk: "Жылу жоқ", ru: "Нет отопления", uk: "Немає опалення", en: "No heating", ko: "난방" }, parent: "", kind: "incident", asset_kind: "heat_pipe" },
  { code: "hot_water", names: { kk: "Ыстық су", ru: "Горячая вода", uk: "Гаряча вода", en: "Hot water", ko: "온수" }, parent: "", kind: "incident", asset_kind: "water_pipe" },
  { code: "cold_water", names: { kk: "Суық су", ru: "Холодная вода", uk: "Холодна вода", en: "Cold water", ko: "냉수" }, parent: "", kind: "incident", asset_kind: "water_pipe" },
  { code: "electricity", names: { kk: "Жарық", ru: "Электричество", uk: "Електрика", en: "Electricity", ko: "전기" }, parent: "", kind: "incident", asset_kind: "power_line" },
  { code: "lift", names: { kk: "Лифт", ru: "Лифт", uk: "Ліфт", en: "Lift", ko: "승강기" }, parent: "", kind: "incident", asset_kind: "lift" },
  { code: "gas_leak", names: { kk: "Газ иісі", ru: "Запах газа", uk: "Запах газу", en: "Smell of gas", ko: "가스 냄새" }, parent: "", kind: "incident", asset_kind: "gas_pipe", emergency: "104" },
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

const heard = (value: string, confidence: number, words: string, ref = ""): Field => ({ value, ref, confidence, source: "spoken", words });
const caller = (text: string, final = true): Words => ({ question: "talk", who: "caller", text, final });
const us = (text: string, final = true): Words => ({ question: "talk", who: "operator", text, final });

/** A talk as it is overheard: each step's words replace a step before it that was not final. */
export const TALK: { words: Words; fields: Partial<Record<FieldName, Field>> }[] = [
  { words: us("қайырлы күн, не болды"), fields: {} },
  { words: caller("абай көшесі қырық", false), fields: {} },
  {
    words: caller("абай көшесі қырық бес, жоқ, қырық жеті"),
    fields: {
      street: {
        ...heard("Абай даңғылы", 0.66, "абай көшесі", "1"),
        choices: [
          { street: "Абай даңғылы", street_ref: "1", house: "47", building: "12", confidence: 0.66 },
          { street: "Абай даңғылы", street_ref: "1", house: "47а", building: "13", confidence: 0.41 },
          { street: "Абылай хан даңғылы", street_ref: "2", house: "47", building: "14", confidence: 0.37 },
        ],
      },
      house: heard("47", 0.79, "қырық жеті"),
    },
  },
  { words: us("кіреберіс пен қабатты айтыңызшы", false), fields: {} },
  { words: us("кіреберіс пен қабатты айтыңызшы"), fields: {} },
  {
    words: caller("екінші подъезд, бесінші қабат, мектептің жанында", false),
    fields: { entrance: heard("2", 0.54, "екінші подъезд") },
  },
  {
    words: caller("екінші подъезд, бесінші қабат, мектептің жанында"),
    fields: {
      entrance: heard("2", 0.91, "екінші подъезд"), floor: heard("5", 0.86, "бесінші қабат"),
      landmark: heard("бесінші мектептің жанында", 0.71, "мектептің жанында"),
    },
  },
  {
    words: caller("екі күннен бері жылу жоқ, балалар тоңып отыр"),
    fields: {
      topic: heard("heating", 0.93, "жылу жоқ"), urgency: heard("children,cold", 0.84, "балалар тоңып"), duration: heard("P2D", 0.9, "екі күннен бері"),
    },
  },
  { words: caller("нөмірім сегіз жеті жүз бір бес жүз елу бес", false), fields: {} },
  { words: caller("нөмірім сегіз жеті жүз бір бес жүз елу бес нөл бір қырық үш"), fields: { phone: heard("87015550143", 0.62, "сегіз жеті жүз бір …") } },
];

export function ringing(): Pop {
  return {
    call: "c-1001", offer: 17, phase: "ringing", role: "owner", kind: "call", attempt: 0, dialling: false, of: "",
    held: false, aside: null, recording: "on", transferred_by: "", caller: "+77015550142", caller_name: "Нұрлан Ә.", language: "kk",
    since: ago(48), waited_s: 41,
    household: { id: 9, person: "Нұрлан Әбдіқалықов", street_id: 1, street: "Абай даңғылы", house: "45", flat: "12" },
    open_tickets: [{ number: "26-000118-7", topic: "hot_water", state: "registered", created_at: ago(90_000) }],
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

/** Gas, by his own words; he has heard of the outage in his house. */
export function emergency(): Pop {
  const call = ringing();
  const topic = { value: "gas_leak", ref: "", confidence: 0.82, source: "spoken" as const, words: "газ иісі" };
  const said = { question: "open", text: "газ иісі шығып тұр абай он екі", final: true };
  return { ...call, call: "c-1004", offer: 22, emergency: "words", outages: [1], words: [said], fields: { ...call.fields, topic } };
}

/** A callback while the citizen is dialled: his words of the first call are known. */
export function dialling(): Pop {
  return { ...ringing(), call: "cb-c-0987", of: "c-0987", offer: 19, kind: "callback", attempt: 2, dialling: true, words: [SAID[3] as Words] };
}

/** Given away by a colleague, with what he has mended. */
export function transferred(): Pop {
  return { ...ringing(), offer: 20, transferred_by: "op2", recording: "refused", note: "Екінші желіге: жылу бригадасы керек" };
}

/** Consulted by a colleague: the call is not ours. */
export function helping(): Pop {
  return { ...ringing(), call: "c-1003", offer: 21, role: "helper", recording: "forbidden" };
}

export const operator = (state: Operator["state"], reason = "", until: string | null = null): Operator => ({
  operator: "aigul", name: "Айгүл Сәрсенова", phone: "201", state, since: new Date().toISOString(), reason, until,
  reachable: true, desk: true, call: state === "ready" || state === "paused" ? "" : "c-1001", queues: ["heat", "water"], joined: [],
  extensions_left: 2,
});

export const queues = (): QueueLoad[] => [
  {
    queue: "heat", waiting: 7, longest_wait_s: 194 + (Math.floor(Date.now() / 1000) % 40), ready: 0, talking: 5, answered: 412,
    abandoned: 31, callbacks: 3, refused: 4, wait_s: 260, open: true,
  },
  {
    queue: "water", waiting: 2, longest_wait_s: 38, ready: 2, talking: 3, answered: 186, abandoned: 6, callbacks: 1, refused: 1,
    wait_s: 25, open: true,
  },
  {
    queue: "power", waiting: 0, longest_wait_s: 0, ready: 3, talking: 1, answered: 94, abandoned: 2, callbacks: 0, refused: 0,
    wait_s: 0, open: true,
  },
];
