import { describe, expect, test } from "vitest";
import { News } from "../src/storm/herald";
import { steadily } from "../src/ui/steady.svelte";

const placed = (...ids: number[]) => ids.map((id) => ({ one: { id }, gone: false }));
const items = (...ids: number[]) => ids.map((id) => ({ id }));

describe("a list under the hand", () => {
  test("keeps its order, whatever the order of what comes", () => {
    expect(steadily(placed(1, 2, 3), items(3, 2, 1)).map(({ one }) => one.id)).toEqual([1, 2, 3]);
  });

  test("takes what is new at its end, and leaves the place of what has gone", () => {
    const shown = steadily(placed(1, 2, 3), items(9, 3, 1));
    expect(shown.map(({ one, gone }) => [one.id, gone])).toEqual([[1, false], [2, true], [3, false], [9, false]]);
    expect(steadily(shown, items(2, 3, 1)).map(({ one, gone }) => [one.id, gone])).toEqual([[1, false], [2, false], [3, false], [9, true]]);
  });

  test("shows each as it is now", () => {
    expect(steadily([{ one: { id: 1, n: 5 }, gone: false }], [{ id: 1, n: 6 }])[0]?.one.n).toBe(6);
  });
});

test("only what was not there before is called out, and nothing of what the page opened with", () => {
  const news = new News();
  const said = (...keys: string[]) => news.of(keys.map((key) => ({ key, words: `${key}!` })));
  expect(said("a", "b")).toBe("");
  expect(said("b", "a")).toBe("");
  expect(said("c", "a", "d")).toBe("c! d!");
  expect(said("b")).toBe("b!"); // it is there again
});
