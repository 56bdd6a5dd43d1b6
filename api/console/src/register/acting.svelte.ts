/** One order on its way: whether it is, and what went wrong with the last one, in the screen's words. */
import type { App } from "../lib/app.svelte";
import { Problem } from "../lib/http";

export class Acting {
  busy = $state(false);
  problem = $state("");
  /** The door's code of it; '' when all went well. */
  code = $state("");

  constructor(private readonly app: Pick<App, "explain" | "signedOut">) {}

  /** True when it was done. A second press while the first is on its way is not heard. */
  async run(what: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    [this.busy, this.problem, this.code] = [true, "", ""];
    try {
      await what();
      return true;
    } catch (error) {
      this.code = error instanceof Problem ? error.code : "unexpected";
      if (error instanceof Problem && error.status === 401) this.app.signedOut();
      else this.problem = this.app.explain(error, true);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
