/** The colleagues with their present states: read when they are looked at, and each two seconds while they are. */
import type { App } from "../lib/app.svelte";
import { every, Loader } from "../lib/loader.svelte";
import type { Colleagues as All } from "../lib/types";

const FRESH_MS = 2_000;

export class Colleagues {
  readonly list: Loader<All>;

  constructor(private readonly app: Pick<App, "http" | "explain" | "signedOut">) {
    this.list = new Loader(app);
  }

  load = (): Promise<void> => this.list.load(() => this.app.http.get<All>("/api/colleagues"));

  /** For an effect: reads now and again and again, until the function returned is called. */
  watch(): () => void {
    void this.load();
    return every(FRESH_MS, () => void this.load());
  }

  /** The login itself until the name is known. */
  name = (login: string): string => this.list.value?.operators.find((one) => one.operator === login)?.name || login;

  queueName = (queue: string): string => this.list.value?.queues.find((one) => one.queue === queue)?.name || queue;
}
