/** An emergency's way through the desk: asked, handed over, its outcome written down. One for each call, kept for as long
 *  as the call is there, also while another page is shown. */
import type { App } from "../lib/app.svelte";
import { Problem } from "../lib/http";
import type { RegisterDoors } from "../register/doors";
import { answersTo, ofCall } from "./asking";
import type { Emergency, Service } from "./types";

/** A caller in danger is not kept waiting for our own books: after so long he is passed on unwritten. */
export const WRITING_MS = 2_000;
const DRAFT = "emergency";

export class Handing {
  services = $state.raw<Service[]>([]);
  /** A service's code, as the operator chose it; '' as long as the topic says it. */
  chosen = $state("");
  answers = $state<Record<string, string>>({});
  /** What the service is to know besides. */
  more = $state("");
  written = $state.raw<Emergency | null>(null);
  /** The transfer of the call itself; its outcome is how it went. */
  passed = $state.raw<Emergency | null>(null);
  /** The service it was handed to, and its hand-off that is not written down yet. */
  unwritten = $state.raw<Service | null>(null);
  busy = $state(false);
  problem = $state("");

  constructor(
    readonly call: string,
    private readonly app: Pick<App, "explain" | "signedOut">,
    private readonly doors: Pick<RegisterDoors, "emergencyServices" | "emergencies" | "handOff" | "emergencyOutcome">,
  ) {}

  load = (): Promise<boolean> => this.run(async () => void (this.services = await this.doors.emergencyServices()));

  /** What is written down of this call: after a reload too. */
  look = (): Promise<boolean> =>
    this.run(async () => {
      const { written, passed } = ofCall(await this.doors.emergencies(false, 50), this.call);
      this.written = written ?? this.written;
      this.passed = passed ?? this.passed;
    });

  /** Written down first, so that the service is told what was asked; then passed on, written or not. */
  async handOver(service: Service, ticket: string, pass: () => Promise<boolean>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.unwritten = service;
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      const late = new Promise((go) => (timer = setTimeout(go, WRITING_MS)));
      await Promise.race([this.write(service, ticket), late]);
      return await pass();
    } finally {
      clearTimeout(timer);
      this.busy = false;
    }
  }

  write(service: Service, ticket: string): Promise<boolean> {
    const [answers, more] = [answersTo(service, this.answers), this.more.trim()];
    return this.run(async () => {
      this.written = await this.doors.handOff({ call: this.call, ticket, service: service.code, how: "operator", answers, more });
      this.unwritten = null;
    });
  }

  close = (text: string): Promise<boolean> =>
    this.run(async () => {
      if (this.written) this.written = await this.doors.emergencyOutcome(this.written.id, text);
    });

  private async run(what: () => Promise<void>): Promise<boolean> {
    try {
      await what();
      this.problem = "";
      return true;
    } catch (error) {
      if (error instanceof Problem && error.status === 401) this.app.signedOut();
      else this.problem = this.app.explain(error);
      return false;
    }
  }
}

/** Of this call: the one that was begun, else a new one in the place of the last call's. */
export function handingOf(app: App, doors: RegisterDoors, call: string): Handing {
  const known = app.drafts.get(DRAFT);
  if (known instanceof Handing && known.call === call) return known;
  const made = new Handing(call, app, doors);
  app.drafts.set(DRAFT, made);
  return made;
}
