/** Rows by a column, up or down; rows without a value come last either way. Pure. */

export interface Order {
  column: string;
  down: boolean;
}

export type Sortable = string | number | null;

export function sorted<T>(rows: readonly T[], value: (row: T) => Sortable, down: boolean, language = "ru"): T[] {
  const words = new Intl.Collator(language, { numeric: true });
  const direction = down ? -1 : 1;
  return rows
    .map((row, at) => ({ row, at, value: value(row) }))
    .sort((a, b) => {
      if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null) || a.at - b.at;
      const order =
        typeof a.value === "number" && typeof b.value === "number"
          ? a.value - b.value
          : words.compare(String(a.value), String(b.value));
      return order * direction || a.at - b.at;
    })
    .map(({ row }) => row);
}

/** A press on a column's head: another column begins with its largest, the same one turns round. */
export function pressed(order: Order | null, column: string): Order {
  return order?.column === column ? { column, down: !order.down } : { column, down: true };
}
