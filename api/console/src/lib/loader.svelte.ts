/** Something read from a door: what came last, whether it is being read, what went wrong. A late answer is not heard. */
import type { App } from "./app.svelte";
import { Problem } from "./http";

export class Loader<T> {
  value = $state.raw<T | null>(null);
  busy = $state(false);
  /** What went wrong with the last reading, in the screen's words; the value before it stays. */
  problem = $state("");
  private latest = 0;

  constructor(private readonly app: Pick<App, "explain" | "signedOut">) {}

  /** `fresh`: what is shown is about something else: take it away first. */
  async load(read: () => Promise<T>, fresh = false): Promise<void> {
    const mine = ++this.latest;
    if (fresh) this.value = null;
    this.busy = true;
    try {
      const value = await read();
      if (mine !== this.latest) return;
      this.value = value;
      this.problem = "";
    } catch (error) {
      if (mine !== this.latest) return;
      if (error instanceof Problem && error.status === 401) this.app.signedOut();
      else this.problem = this.app.explain(error, true);
    } finally {
      if (mine === this.latest) this.busy = false;
    }
  }
}

/** Calls `what` every `ms` while the page is in front; for an effect, which returns the result to stop it. */
export function every(ms: number, what: () => void): () => void {
  const timer = setInterval(() => document.visibilityState === "visible" && what(), ms);
  return () => clearInterval(timer);
}
