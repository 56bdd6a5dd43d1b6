import { describe, expect, test } from "vitest";
import { clock, count, elapsed, percent, phone, remaining, spoken, sureness, when } from "../src/lib/format";

test.each([
  [0, "0:00"],
  [7.9, "0:07"],
  [725, "12:05"],
  [3750, "1:02:30"],
  [-3, "0:00"],
])("%d seconds are %s", (seconds, text) => expect(clock(seconds)).toBe(text));

describe("times", () => {
  const now = Date.parse("2026-11-20T10:00:30Z");
  test("since and until", () => {
    expect(elapsed("2026-11-20T10:00:00Z", now)).toBe(30);
    expect(elapsed("2026-11-20T10:01:00Z", now)).toBe(0);
    expect(elapsed(null, now)).toBe(0);
    expect(remaining("2026-11-20T10:00:40.200Z", now)).toBe(11);
    expect(remaining("2026-11-20T10:00:00Z", now)).toBe(0);
  });
  test("today by the hour, other days by the date", () => {
    expect(when(new Date(now).toISOString(), now, "kk")).toMatch(/^\d\d:\d\d$/);
    expect(when("2026-11-03T10:00:00Z", now, "kk")).toBe("03.11");
    expect(when("2026-11-03T10:00:00Z", now, "en")).toBe("3 Nov");
    expect(when(null, now, "en")).toBe("");
  });
});

test.each([
  ["+77015550142", "+7 701 555 01 42"],
  ["+380441234567", "+380 44 123 45 67"],
  ["+821012345678", "+82 10 1234 5678"],
  ["+441632960961", "+441 632 960 961"],
  ["201", "201"],
  ["anonymous", "anonymous"],
  ["", ""],
])("%s is shown as %s", (number, text) => expect(phone(number)).toBe(text));

test("a registration number falls into the groups in which it is spoken", () => {
  expect(spoken("26-000123-4")).toEqual(["26", "000", "123", "4"]);
  expect(spoken("")).toEqual([]);
});

test("counts and shares", () => {
  expect(count(1204, "en")).toBe("1,204");
  expect(count(12_040, "kk")).toBe(count(12_040, "ru"));
  expect(percent(81.13)).toBe("81");
  expect(percent(null)).toBe("–");
});

test.each([
  [1, "sure"],
  [0.8, "sure"],
  [0.79, "likely"],
  [0.59, "unsure"],
  [0, "unsure"],
])("%d is %s", (confidence, word) => expect(sureness(confidence)).toBe(word));
