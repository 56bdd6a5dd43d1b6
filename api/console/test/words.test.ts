import { describe, expect, test } from "vitest";
import { en } from "../src/words/en";
import { emergencyEn } from "../src/words/emergency/en";
import { heardEn } from "../src/words/heard/en";
import { managerEn } from "../src/words/manager/en";
import { oversightEn } from "../src/words/oversight/en";
import { placesEn } from "../src/words/places/en";
import { registerEn } from "../src/words/register/en";
import { reportsEn } from "../src/words/reports/en";
import { stormEn } from "../src/words/storm/en";
import { talkEn } from "../src/words/talk/en";
import { CATALOGUE, LANGUAGES, pickLanguage, say, sayCode } from "../src/words";
import { ENDS, PAUSE_REASONS } from "../src/lib/types";

const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

describe.each(LANGUAGES)("%s", (language) => {
  test("has every message, none of them empty, with the same {names}", () => {
    expect(Object.keys(CATALOGUE[language]).sort()).toEqual(Object.keys(CATALOGUE.en).sort());
    for (const [key, text] of Object.entries(CATALOGUE[language])) {
      expect(text.trim(), key).not.toBe("");
      expect(names(text), key).toEqual(names(CATALOGUE.en[key as keyof typeof CATALOGUE.en]));
    }
  });

  test("has words for every end, state and pause of the contract", () => {
    for (const end of ENDS) expect(sayCode(language, "end_", end)).not.toBe(end);
    for (const reason of [...PAUSE_REASONS, "signed_in", "declined", "no_answer", "desk_silent", "unreachable"])
      expect(sayCode(language, "pause_", reason)).not.toBe(reason);
  });
});

test("no message is written twice in two parts of the catalogue", () => {
  const parts = [en, talkEn, managerEn, registerEn, placesEn, reportsEn, oversightEn, emergencyEn, heardEn, stormEn].flatMap((part) => Object.keys(part));
  expect(new Set(parts).size).toBe(parts.length);
});

test("only English is English", () => {
  const same = Object.entries(CATALOGUE.en).filter(([, text]) => /[a-z]{3}/i.test(text));
  for (const language of ["kk", "ru", "uk"] as const)
    for (const [key, text] of same) expect(CATALOGUE[language][key as keyof typeof CATALOGUE.en], key).not.toBe(text);
});

test("values are filled in, a missing one stays visible", () => {
  expect(say("ru", "waited", { time: "0:41" })).toBe("Ожидание 0:41");
  expect(say("en", "waited")).toBe("Waited {time}");
});

test("a code without words is shown as it is", () => {
  expect(sayCode("en", "pause_", "fire_drill")).toBe("fire drill");
  expect(sayCode("en", "e_", "odd", "e_unexpected")).toBe(CATALOGUE.en.e_unexpected);
});

test("the first wish that the screen speaks wins", () => {
  expect(pickLanguage([null, "ko", "uk-UA", "ru"])).toBe("uk");
  expect(pickLanguage(["de"])).toBe("en");
});
