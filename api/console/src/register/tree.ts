/** Trees of territories, networks and organisations as lists with a depth. Pure. */
import type { Topic } from "../lib/types";
import type { Names, TreeNode } from "./types";

export interface Branch {
  key: string;
  title: string;
  depth: number;
}

/** The reader's language, else Russian, else any. */
export function nameIn(names: Names, language: string, otherwise = ""): string {
  return names[language] || names["ru"] || Object.values(names)[0] || otherwise;
}

/** Parents before their children, sisters by name; a node whose parent is not there stands at the root. */
export function branches(nodes: readonly TreeNode[], language: string): Branch[] {
  const words = new Intl.Collator(language === "en" ? "en" : "ru", { numeric: true });
  const known = new Set(nodes.map(({ id }) => id));
  const under = new Map<number | null, TreeNode[]>();
  for (const node of nodes) {
    const parent = node.parent_id !== null && known.has(node.parent_id) ? node.parent_id : null;
    under.set(parent, [...(under.get(parent) ?? []), node]);
  }
  const walk = (parent: number | null, depth: number): Branch[] =>
    (under.get(parent) ?? [])
      .map((node) => ({ node, title: nameIn(node.names, language, node.code) }))
      .sort((a, b) => words.compare(a.title, b.title))
      .flatMap(({ node, title }) => [{ key: String(node.id), title, depth }, ...walk(node.id, depth + 1)]);
  return walk(null, 0);
}

/** Topics under their parents, however deep, in the door's order. */
export function topicBranches(all: readonly Topic[], name: (code: string) => string): Branch[] {
  const known = new Set(all.map(({ code }) => code));
  const walk = (parent: string, depth: number, above: readonly string[]): Branch[] =>
    all
      .filter((one) => (known.has(one.parent) ? one.parent : "") === parent && !above.includes(one.code))
      .flatMap(({ code }) => [{ key: code, title: name(code), depth }, ...walk(code, depth + 1, [...above, code])]);
  return walk("", 0, []);
}

/** What kind of asset a topic is about: its own, else as its parent says; '' for none. */
export function assetOf(all: readonly Topic[], code: string): string {
  const seen = new Set<string>();
  let topic = all.find((one) => one.code === code);
  while (topic && !topic.asset_kind && !seen.has(topic.code)) {
    seen.add(topic.code);
    const { parent } = topic;
    topic = all.find((one) => one.code === parent);
  }
  return topic?.asset_kind ?? "";
}
