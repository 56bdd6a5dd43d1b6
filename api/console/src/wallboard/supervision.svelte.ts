/** Whose talk this manager hears, and how: the server is asked once, and the page remembers while that talk goes on. */
import type { App, Memory } from "../lib/app.svelte";
import { Problem } from "../lib/http";
import type { Operator } from "../lib/types";

export const MODES = ["listen", "whisper", "barge"] as const;
export type Mode = (typeof MODES)[number];

export interface Supervised {
  operator: string;
  mode: Mode;
  /** The call that is heard: with another one it is over. */
  call: string;
}

const KEPT = "kezek.supervised";

export class Supervision {
  present = $state.raw<Supervised | null>(null);
  problem = $state("");
  busy = $state(false);

  constructor(
    private readonly app: Pick<App, "http" | "explain" | "signedOut">,
    private readonly memory: Memory = sessionStorage,
  ) {
    this.present = this.recall();
  }

  async start({ operator, call }: Pick<Operator, "operator" | "call">, mode: Mode): Promise<void> {
    if (await this.ask("POST", "/api/supervision", { operator, mode })) this.remember({ operator, mode, call });
  }

  async stop(): Promise<void> {
    if (await this.ask("DELETE", "/api/supervision")) this.remember(null);
  }

  /** The newest picture of the operators: a talk that is over is no longer heard. */
  notice(operators: readonly Operator[]): void {
    const heard = this.present && operators.find((one) => one.operator === this.present?.operator);
    if (this.present && (heard?.state !== "talking" || heard.call !== this.present.call)) this.remember(null);
  }

  async signOut(operator: string): Promise<void> {
    await this.ask("POST", `/api/operators/${encodeURIComponent(operator)}/sign-out`);
  }

  private async ask(method: string, path: string, body?: unknown): Promise<boolean> {
    this.problem = "";
    this.busy = true;
    try {
      await this.app.http.ask(method, path, body);
      return true;
    } catch (error) {
      if (error instanceof Problem && error.status === 401) this.app.signedOut();
      else this.problem = this.app.explain(error, true);
      return false;
    } finally {
      this.busy = false;
    }
  }

  private remember(present: Supervised | null): void {
    this.present = present;
    if (present) this.memory.setItem(KEPT, JSON.stringify(present));
    else this.memory.removeItem(KEPT);
  }

  private recall(): Supervised | null {
    try {
      return JSON.parse(this.memory.getItem(KEPT) ?? "null") as Supervised | null;
    } catch {
      return null;
    }
  }
}
