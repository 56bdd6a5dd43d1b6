/** What a bulletin begins with, and what is missing before callers can hear it. Pure. */
import type { Bulletin, BulletinDraft } from "./types";

/** A bulletin that nobody takes off would be heard for days. */
const LASTS_H = 6;

export function bulletinDraft(of: Bulletin | null, now_ms: number): BulletinDraft {
  if (of === null) return { words: {}, areas: [], pack: "", until: new Date(now_ms + LASTS_H * 3_600_000).toISOString() };
  return { words: { ...of.words }, areas: [...of.areas], pack: of.pack, until: of.until };
}

/** Without what is empty, as the door wants it. */
export function tidied({ words, areas, pack, until }: BulletinDraft): BulletinDraft {
  const said = Object.entries(words).map(([language, text]) => [language, text.trim()] as const);
  return { words: Object.fromEntries(said.filter(([, text]) => text !== "")), areas: areas.map(({ title: _, ...area }) => area), pack, until };
}

/** In which languages it says something. */
export function languagesOf(of: Pick<Bulletin, "words" | "recorded">): string[] {
  return [...new Set([...Object.keys(of.words).filter((language) => of.words[language]), ...of.recorded])];
}

export const same = (a: BulletinDraft, b: BulletinDraft): boolean => JSON.stringify(tidied(a)) === JSON.stringify(tidied(b));
