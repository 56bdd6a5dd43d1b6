/** Organisations under their heads. Pure. */
import { nameIn } from "../register/tree";
import type { Organisation } from "../register/types";

/** Heads before theirs, sisters by name; whoever stands in a ring of heads stands at the root. */
export function underHeads(all: readonly Organisation[], language: string): { organisation: Organisation; depth: number }[] {
  const words = new Intl.Collator(language === "en" ? "en" : "ru", { numeric: true });
  const known = new Set(all.map(({ code }) => code));
  const sorted = [...all].sort((a, b) => words.compare(nameIn(a.names, language, a.code), nameIn(b.names, language, b.code)));
  const seen = new Set<string>();
  const walk = (parent: string, depth: number): { organisation: Organisation; depth: number }[] =>
    sorted
      .filter((one) => !seen.has(one.code) && (known.has(one.parent) ? one.parent : "") === parent)
      .flatMap((organisation) => {
        seen.add(organisation.code);
        return [{ organisation, depth }, ...walk(organisation.code, depth + 1)];
      });
  const tree = walk("", 0);
  return [...tree, ...sorted.filter(({ code }) => !seen.has(code)).map((organisation) => ({ organisation, depth: 0 }))];
}
