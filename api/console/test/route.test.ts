import { expect, test } from "vitest";
import { bounds, dayOf, length, periodFrom, preset, presetOf } from "../src/lib/period";
import { choice, hashOf, parseRoute } from "../src/lib/route";

const NOW = new Date(2026, 2, 31, 15, 4); // the last of March: a month that does not divide evenly

test("an address names a page and its choices, and back", () => {
  const route = parseRoute(hashOf("figures", { by: "queue", every: undefined, from: "2026-03-01" }));
  expect([route?.page, route?.query.get("by"), route?.query.get("from"), route?.query.has("every")]).toEqual([
    "figures", "queue", "2026-03-01", false,
  ]);
  expect(hashOf("wallboard")).toBe("#/");
  expect(parseRoute("#/")?.page).toBe("wallboard");
});

test("an unknown page is the wallboard; another anchor changes nothing", () => {
  expect(parseRoute("#/nonsense")?.page).toBe("wallboard");
  expect(parseRoute("#page")).toBeNull();
});

test("a choice that is none is the first one", () => {
  expect(choice("operator", ["all", "operator"])).toBe("operator");
  expect(choice("<script>", ["all", "operator"])).toBe("all");
  expect(choice(null, ["all"])).toBe("all");
});

test("the usual periods are whole local days", () => {
  expect(preset("today", NOW)).toEqual({ from: "2026-03-31", to: "2026-03-31" });
  expect(preset("yesterday", NOW)).toEqual({ from: "2026-03-30", to: "2026-03-30" });
  expect(preset("week", NOW)).toEqual({ from: "2026-03-25", to: "2026-03-31" });
  expect(length(preset("month", NOW))).toBe(30);
  expect(presetOf({ from: "2026-03-25", to: "2026-03-31" }, NOW)).toBe("week");
  expect(presetOf({ from: "2026-03-24", to: "2026-03-31" }, NOW)).toBeNull();
});

test("what is typed into an address becomes a period all the same", () => {
  expect(periodFrom(null, null, NOW)).toEqual({ from: "2026-03-31", to: "2026-03-31" });
  expect(periodFrom("2026-03-05", "2026-03-01", NOW)).toEqual({ from: "2026-03-01", to: "2026-03-05" });
  expect(periodFrom("2026-02-30", "soon", NOW)).toEqual({ from: "2026-03-31", to: "2026-03-31" });
});

test("the door is asked from the first midnight to the one behind the last day", () => {
  const asked = new URLSearchParams(bounds({ from: "2026-03-30", to: "2026-03-31" }));
  expect(new Date(asked.get("since") ?? "")).toEqual(new Date(2026, 2, 30));
  expect(new Date(asked.get("until") ?? "")).toEqual(new Date(2026, 3, 1));
  expect(dayOf(new Date(2026, 0, 5, 23, 59))).toBe("2026-01-05");
});
