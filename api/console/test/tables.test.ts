import { expect, test } from "vitest";
import { csv } from "../src/lib/csv";
import { type Order, pressed, sorted } from "../src/lib/sort";

test("rows are sorted by a column; those without a value stay last either way", () => {
  const rows = [{ n: 2 }, { n: null }, { n: 10 }, { n: 1 }];
  expect(sorted(rows, (row) => row.n, false).map((row) => row.n)).toEqual([1, 2, 10, null]);
  expect(sorted(rows, (row) => row.n, true).map((row) => row.n)).toEqual([10, 2, 1, null]);
});

test("words are sorted as people do, equal rows keep their order", () => {
  const rows = [{ w: "Яна", i: 0 }, { w: "Ёлкин", i: 1 }, { w: "Жанна", i: 2 }, { w: "Яна", i: 3 }];
  expect(sorted(rows, (row) => row.w, false).map((row) => row.i)).toEqual([1, 2, 0, 3]);
});

test("a press on a column sorts by its largest, another one turns it round", () => {
  let order: Order | null = pressed(null, "offered");
  expect(order).toEqual({ column: "offered", down: true });
  order = pressed(order, "offered");
  expect(order.down).toBe(false);
  expect(pressed(order, "answered")).toEqual({ column: "answered", down: true });
});

test("a file opens in a spreadsheet of the screen's language", () => {
  const rows = [["queue", "asa_s"], ['say "so"', 24.5], ["a,b", null]];
  expect(csv(rows, "en")).toBe('\uFEFFqueue,asa_s\r\n"say ""so""",24.5\r\n"a,b",\r\n');
  expect(csv(rows, "ru")).toBe('\uFEFFqueue;asa_s\r\n"say ""so""";24,5\r\na,b;\r\n');
});

test("a name that begins like a formula does not become one", () => {
  expect(csv([["=HYPERLINK(1)"]], "en")).toContain("'=HYPERLINK(1)");
});
