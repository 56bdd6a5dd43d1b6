/** Which service an emergency goes to, what it is told, and how that went. Pure. */
import type { Topic } from "../lib/types";
import type { Emergency, Service } from "./types";

/** Whose topic it is, else whose number the topic names, itself or above; null: the operator chooses. */
export function serviceOf(services: readonly Service[], topic: string, topics: readonly Topic[]): Service | null {
  if (topic === "") return null;
  const named = services.find((one) => one.topics.includes(topic));
  if (named) return named;
  const number = topics.find((one) => one.code === topic)?.emergency ?? "";
  return services.find((one) => number !== "" && (one.number === number || one.code === number)) ?? null;
}

/** A service by what a hand-off calls it: its code, or its number. */
export function serviceNamed(services: readonly Service[], name: string): Service | null {
  return services.find((one) => one.code === name) ?? services.find((one) => one.number === name) ?? null;
}

/** Answers to this service's questions alone, empty ones left out: another service may have been chosen before. */
export function answersTo(service: Service, answers: Readonly<Record<string, string>>): Record<string, string> {
  const told = service.questions.map(({ code }) => [code, (answers[code] ?? "").trim()] as const);
  return Object.fromEntries(told.filter(([, answer]) => answer !== ""));
}

/** Of one call: what the operator wrote down, and how the transfer of the call itself went; the latest of each. */
export function ofCall(all: readonly Emergency[], call: string): { written: Emergency | null; passed: Emergency | null } {
  const mine = all.filter((one) => one.call === call).sort((a, b) => b.id - a.id);
  return {
    written: mine.find(({ how }) => how === "operator") ?? null,
    passed: mine.find(({ how }) => how === "transfer") ?? null,
  };
}

/** How the transfer went, from the outcome that the exchange wrote: `connected, 35 s`, `not connected: busy`; null as long
 *  as it is under way. */
export function wentOf(passed: Pick<Emergency, "outcome">): { how: "connected" | "not_connected" | "said"; talk_s: number } | null {
  if (passed.outcome === "") return null;
  const [, talk_s] = /^connected, (\d+) s$/.exec(passed.outcome) ?? [];
  if (talk_s !== undefined) return { how: "connected", talk_s: Number(talk_s) };
  return { how: passed.outcome.startsWith("not connected") ? "not_connected" : "said", talk_s: 0 };
}
