/** WCAG 2.2 AA for the design system: 4.5:1 for text, 3:1 for what carries meaning without being text. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const css = readFileSync(new URL("../src/styles/tokens.css", import.meta.url), "utf8");
const [light = "", dark = ""] = css.split(":root[data-dark]");
const colours = (text: string) =>
  Object.fromEntries([...text.matchAll(/(--[\w-]+): (#[0-9a-f]{6});/g)].map(([, name, hex]) => [name, hex]));

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const TEXT: [string, string[]][] = [
  ["--ink", ["--ground", "--card", "--sunk", "--still", "--warn-soft", "--good-soft", "--talk-soft", "--wrap-soft", "--brand-soft"]],
  ["--ink-2", ["--ground", "--card", "--sunk", "--warn-soft", "--good-soft", "--talk-soft", "--wrap-soft", "--bad-soft"]],
  ["--ink-3", ["--ground", "--card", "--brand-soft"]],
  ["--on-brand", ["--brand", "--brand-hover"]],
  ["--brand", ["--card"]],
  ["--on-ring", ["--ring"]],
  ["--good", ["--card", "--good-soft", "--warn-soft", "--talk-soft", "--wrap-soft", "--sunk"]],
  ["--warn", ["--card", "--warn-soft"]],
  ["--bad", ["--card", "--bad-soft", "--sunk"]],
  ["--wrap", ["--card", "--wrap-soft"]],
  ["--talk", ["--card", "--talk-soft"]],
];
const SHAPES = ["--focus", "--line-strong", "--line-offered", "--line-answered", "--line-abandoned"];

describe.each([
  ["light", colours(light)],
  ["dark", { ...colours(light), ...colours(dark) }],
])("%s", (_, colour) => {
  const pairs = TEXT.flatMap(([ink, grounds]) => grounds.map((ground) => [ink, ground] as const));
  test.each(pairs)("%s on %s", (ink, ground) => {
    expect(contrast(colour[ink] ?? "", colour[ground] ?? "")).toBeGreaterThanOrEqual(4.5);
  });
  test.each(SHAPES)("%s on a card", (shape) => {
    expect(contrast(colour[shape] ?? "", colour["--card"] ?? "")).toBeGreaterThanOrEqual(3);
  });
});
