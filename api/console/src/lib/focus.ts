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

/** Back to it, or to the part of the page where it was; nothing where somebody has gone elsewhere meanwhile. */
export async function giveBack({ from, home }: Place): Promise<void> {
  await tick();
  const now = document.activeElement;
  if (now && now !== document.body) return;
  const there = from instanceof HTMLElement && from.isConnected && !from.matches(":disabled");
  const to = there ? from : home?.isConnected ? home : document.getElementById("page");
  if (!(to instanceof HTMLElement)) return;
  if (!there && !to.hasAttribute("tabindex")) to.tabIndex = -1;
  to.focus({ preventScroll: true });
}
