/** The desk's shortcuts: Alt and the place of a key, so that the keyboard may be Kazakh, Russian or Ukrainian. */

export const KEYS = {
  ready: "R",
  pause: "P",
  decline: "N",
  done: "W",
  extend: "X",
  hold: "H",
  transfer: "T",
  consult: "K",
  record: "O",
  join: "J",
  complete: "L",
  cancel: "B",
  help: "Q",
} as const;
export type Act = keyof typeof KEYS;

/** What a key press asks for; null when it is no shortcut of ours. */
export function actOf(event: Pick<KeyboardEvent, "altKey" | "ctrlKey" | "metaKey" | "repeat" | "code">): Act | null {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.repeat) return null;
  const found = Object.entries(KEYS).find(([, letter]) => event.code === `Key${letter}`);
  return (found?.[0] as Act | undefined) ?? null;
}

const TYPES_IN = "input, textarea, select, [contenteditable]";

/** The digit pressed alone and outside a field; 0 for any other press. */
export function digitOf(event: Pick<KeyboardEvent, "altKey" | "ctrlKey" | "metaKey" | "repeat" | "code" | "target">): number {
  if (event.altKey || event.ctrlKey || event.metaKey || event.repeat) return 0;
  if ((event.target as Element | null)?.closest?.(TYPES_IN)) return 0;
  return Number(/^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1] ?? 0);
}

/** As a tooltip tells it. */
export function shown(act: Act): string {
  return `Alt ${KEYS[act]}`;
}

/** For `aria-keyshortcuts`. */
export function spelled(act: Act): string {
  return `Alt+${KEYS[act]}`;
}
