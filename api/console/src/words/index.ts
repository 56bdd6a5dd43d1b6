/**
 * The catalogue: one object of the same keys for each language of the screen; the compiler and a test keep them complete.
 * In parts: the frame and the desk (here), handling a call (talk/), the manager's pages (manager/), tickets (register/),
 * outages and who answers for what (places/), reports (reports/),
 * emergencies (emergency/), notices, webhooks and the audit (oversight/), what is heard in a call (heard/), storms (storm/).
 */
import { en } from "./en";
import { emergencyEn } from "./emergency/en";
import { emergencyKk } from "./emergency/kk";
import { emergencyRu } from "./emergency/ru";
import type { EmergencyMessages } from "./emergency/types";
import { emergencyUk } from "./emergency/uk";
import { heardEn } from "./heard/en";
import { heardKk } from "./heard/kk";
import { heardRu } from "./heard/ru";
import type { HeardMessages } from "./heard/types";
import { heardUk } from "./heard/uk";
import { kk } from "./kk";
import { managerEn } from "./manager/en";
import { managerKk } from "./manager/kk";
import { managerRu } from "./manager/ru";
import type { ManagerMessages } from "./manager/types";
import { managerUk } from "./manager/uk";
import { oversightEn } from "./oversight/en";
import { oversightKk } from "./oversight/kk";
import { oversightRu } from "./oversight/ru";
import type { OversightMessages } from "./oversight/types";
import { oversightUk } from "./oversight/uk";
import { placesEn } from "./places/en";
import { placesKk } from "./places/kk";
import { placesRu } from "./places/ru";
import type { PlaceMessages } from "./places/types";
import { placesUk } from "./places/uk";
import { registerEn } from "./register/en";
import { registerKk } from "./register/kk";
import { registerRu } from "./register/ru";
import type { RegisterMessages } from "./register/types";
import { registerUk } from "./register/uk";
import { reportsEn } from "./reports/en";
import { reportsKk } from "./reports/kk";
import { reportsRu } from "./reports/ru";
import type { ReportMessages } from "./reports/types";
import { reportsUk } from "./reports/uk";
import { ru } from "./ru";
import { stormEn } from "./storm/en";
import { stormKk } from "./storm/kk";
import { stormRu } from "./storm/ru";
import type { StormMessages } from "./storm/types";
import { stormUk } from "./storm/uk";
import { talkEn } from "./talk/en";
import { talkKk } from "./talk/kk";
import { talkRu } from "./talk/ru";
import type { TalkMessages } from "./talk/types";
import { talkUk } from "./talk/uk";
import { uk } from "./uk";

export type Messages = { [key in keyof typeof en]: string } & TalkMessages &
  ManagerMessages &
  RegisterMessages &
  PlaceMessages &
  ReportMessages &
  OversightMessages &
  EmergencyMessages &
  HeardMessages &
  StormMessages;
export type Key = keyof Messages;
const ENGLISH: Messages = { ...en, ...talkEn, ...managerEn, ...registerEn, ...placesEn, ...reportsEn, ...oversightEn, ...emergencyEn, ...heardEn, ...stormEn };
export const LANGUAGES = ["kk", "ru", "uk", "en"] as const;
export type Language = (typeof LANGUAGES)[number];
export const CATALOGUE: Record<Language, Messages> = {
  kk: { ...kk, ...talkKk, ...managerKk, ...registerKk, ...placesKk, ...reportsKk, ...oversightKk, ...emergencyKk, ...heardKk, ...stormKk },
  ru: { ...ru, ...talkRu, ...managerRu, ...registerRu, ...placesRu, ...reportsRu, ...oversightRu, ...emergencyRu, ...heardRu, ...stormRu },
  uk: { ...uk, ...talkUk, ...managerUk, ...registerUk, ...placesUk, ...reportsUk, ...oversightUk, ...emergencyUk, ...heardUk, ...stormUk },
  en: ENGLISH,
};

export function isLanguage(text: string): text is Language {
  return (LANGUAGES as readonly string[]).includes(text);
}

export function isKey(text: string): text is Key {
  return Object.hasOwn(ENGLISH, text);
}

/** The first of these wishes that the screen speaks ('ru-KZ' counts as 'ru'); English when none is. */
export function pickLanguage(wishes: readonly (string | null | undefined)[]): Language {
  for (const wish of wishes) {
    const code = (wish ?? "").toLowerCase().split("-")[0] ?? "";
    if (isLanguage(code)) return code;
  }
  return "en";
}

/** A message with its `{names}` filled in; a name without a value stays visible, so that a slip is seen. */
export function say(language: Language, key: Key, values: Record<string, string | number> = {}): string {
  return CATALOGUE[language][key].replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in values ? String(values[name]) : whole,
  );
}

/** A message by a code that comes from the server (a state, a reason, a problem); the code itself when it has no words. */
export function sayCode(language: Language, prefix: string, code: string, otherwise?: Key): string {
  const key = prefix + code;
  if (isKey(key)) return say(language, key);
  return otherwise ? say(language, otherwise) : code.replaceAll("_", " ");
}
