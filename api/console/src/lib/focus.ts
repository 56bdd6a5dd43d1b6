/** Where the keyboard goes on when what it was at is gone. */
import { tick } from "svelte";

export interface Place {
  from: Element | null;
  /** The part of the page around it. */
  home: Element | null;
}

export function here(): Place {
  const from = document.activeElement;
  return { from, home: from?.closest("section, main") ?? null };
}

/** What is drawn anew by a later word of the server may take the place with it: looked at so long after, one by one. */
const AGAIN_MS = [100, 400, 1_000];

/** Back to it, or to the part of the page where it was; nothing where somebody has gone elsewhere meanwhile. */
export async function giveBack(place: Place): Promise<void> {
  await tick();
  let at = put(place);
  for (const ms of AGAIN_MS) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    if (!can(at)) at = put(place);
  }
}

/** Where the focus is now. */
function put({ from, home }: Place): Element | null {
  const now = document.activeElement;
  if (now && now !== document.body) return now;
  const to = can(from) ? from : home?.isConnected ? home : document.getElementById("page");
  if (!(to instanceof HTMLElement)) return null;
  if (to !== from && !to.hasAttribute("tabindex")) to.tabIndex = -1;
  to.focus({ preventScroll: true });
  return to;
}

function can(one: Element | null): boolean {
  return one instanceof HTMLElement && one.isConnected && !one.matches(":disabled");
}
