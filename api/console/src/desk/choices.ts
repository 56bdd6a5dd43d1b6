/** Whom a call can be given to, found by what the operator types. Pure. */
import type { Colleagues, OperatorState, Target } from "../lib/types";

export type ChoiceKind = "operator" | "queue" | "number" | "typed";

export interface Choice {
  key: string;
  kind: ChoiceKind;
  name: string;
  target: Target;
  /** Of an operator. */
  state?: OperatorState;
  reachable?: boolean;
  /** Of a queue. */
  waiting?: number;
  ready?: number;
  number?: string;
  /** Why not, when it cannot be chosen now. */
  barred: "" | "away" | "unreachable" | "not_ready";
}

const ALIKE: Record<string, string> = {
  ә: "а", ғ: "г", қ: "к", ң: "н", ө: "о", ұ: "у", ү: "у", һ: "х", і: "и", ґ: "г", є: "е", ї: "и", ё: "е", "’": "", "'": "",
};

/** Letters that a Russian keyboard lacks count as those that are typed in their place. */
export function folded(text: string): string {
  return text.toLowerCase().replace(/[әғқңөұүһіґєїё’']/g, (letter) => ALIKE[letter] ?? letter);
}

const ORDER: readonly OperatorState[] = ["ready", "wrap_up", "talking", "offered", "paused", "away"];

/** A number as it would be dialled, from what was typed; '' when that is none. */
export function dialled(query: string): string {
  const bare = query.replace(/[\s()-]/g, "");
  return /^\+?\d{2,15}$/.test(bare) ? bare : "";
}

/**
 * Queues, operators and numbers that fit `query`, in this order; of operators those who can take the call come first.
 *
 * `consult`: they are to be spoken with first, so no queues, and only operators who are ready. `me` is left out.
 */
export function choices(all: Colleagues, query: string, consult: boolean, me: string): Choice[] {
  const wanted = folded(query.trim());
  const fits = (...texts: string[]) => texts.some((text) => folded(text).includes(wanted));
  const operators = all.operators
    .filter((one) => one.operator !== me && fits(one.name, one.operator))
    .map((one): Choice => {
      const barred =
        one.state === "away" ? "away" : !one.reachable ? "unreachable" : consult && one.state !== "ready" ? "not_ready" : "";
      const { name, state, reachable } = one;
      return { key: `o-${one.operator}`, kind: "operator", name, state, reachable, barred, target: { operator: one.operator } };
    })
    .sort(
      (a, b) =>
        Number(a.barred !== "") - Number(b.barred !== "") ||
        ORDER.indexOf(a.state ?? "away") - ORDER.indexOf(b.state ?? "away") ||
        a.name.localeCompare(b.name, "ru"),
    );
  const queues = (consult ? [] : all.queues)
    .filter((one) => fits(one.name, one.queue))
    .map(
      ({ queue, name, waiting, ready }): Choice => ({
        key: `q-${queue}`, kind: "queue", name: name || queue, waiting, ready, barred: "", target: { queue },
      }),
    );
  const digits = dialled(query);
  const numbers = all.numbers
    .filter((one) => fits(one.name, one.number) || (digits !== "" && one.number.includes(digits)))
    .map(({ number, name }): Choice => ({ key: `n-${number}`, kind: "number", name, number, barred: "", target: { number } }));
  const typed: Choice[] =
    digits === "" || all.numbers.some((one) => one.number === digits)
      ? []
      : [{ key: "typed", kind: "typed", name: "", number: digits, barred: "", target: { number: digits } }];
  return [...queues, ...operators, ...numbers, ...typed];
}
