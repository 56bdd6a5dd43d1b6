/** The ticket form of the present pop: keeps the operator's edits, stores them as they are made, confirms. */
import type { App } from "../lib/app.svelte";
import { Problem } from "../lib/http";
import type { Choice, Confirm, Pop, Ticket } from "../lib/types";
import type { Desk } from "./desk.svelte";
import {
  change,
  clean,
  type Draft,
  type DraftName,
  further,
  hold,
  NO_DRAFT,
  release,
  shown,
  type Shown,
  stored,
  toSend,
} from "./draft";
import { mended, registered } from "./protocol";

const TYPING_PAUSE_MS = 900;
const AGAIN_MS = 3_000;

export class Form {
  draft = $state.raw<Draft>(NO_DRAFT);
  confirming = $state(false);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private sending = false;

  constructor(
    private readonly app: Pick<App, "http">,
    private readonly desk: Desk,
  ) {}

  get pop(): Pop | null {
    return this.desk.state.pop;
  }

  shown = (name: DraftName): Shown => (this.pop ? shown(this.draft, this.pop, name) : { value: "", ref: "" });

  /** Changed here and not yet known to the server; a confirmation has taken everything with it. */
  unsaved = (name: DraftName): boolean =>
    this.draft.call === this.pop?.call && !this.pop.ticket?.confirmed && (this.draft.edits[name]?.touched ?? false);

  focus = (name: DraftName): void => {
    if (this.pop) this.draft = hold(this.draft, this.pop, name);
  };

  blur = (name: DraftName): void => {
    this.draft = release(this.draft, name);
    this.saveIn(0);
  };

  /** `ref`: the chosen street's id; a street's name is stored once it is chosen or left, not while it is typed. */
  change = (name: DraftName, value: string, ref = ""): void => {
    if (!this.pop) return;
    this.draft = change(this.draft, this.pop, name, clean(name, value), ref);
    if (name !== "street" || ref !== "") this.saveIn(TYPING_PAUSE_MS);
  };

  /** One of the addresses offered where the caller's words leave it in doubt. */
  choose(choice: Choice): void {
    this.change("street", choice.street, choice.street_ref);
    if (choice.house) this.change("house", choice.house);
    this.saveIn(0);
  }

  /** Mended by a press, not by typing. */
  set(name: DraftName, value: string): void {
    this.change(name, value);
    this.saveIn(0);
  }

  takeHousehold(): void {
    const home = this.pop?.household;
    if (!home) return;
    this.change("street", home.street, String(home.street_id));
    this.change("house", home.house);
    this.change("flat", home.flat);
    this.saveIn(0);
  }

  async confirm(): Promise<Ticket | null> {
    const pop = this.pop;
    if (!pop || pop.role !== "owner" || this.confirming) return null;
    clearTimeout(this.timer);
    this.confirming = true;
    this.desk.problem = "";
    const street = this.shown("street");
    const body: Confirm = {
      street_id: street.ref === "" ? null : Number(street.ref),
      house: this.shown("house").value,
      flat: this.shown("flat").value,
      topic: this.shown("topic").value,
      note: this.shown("note").value,
      ...further(this.draft, pop.call),
    };
    try {
      const path = `/api/calls/${encodeURIComponent(pop.call)}/ticket`;
      const ticket = await this.app.http.ask<Ticket>("POST", path, body);
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur(); // so that Enter is free for what comes
      this.desk.state = registered(this.desk.state, pop.call, ticket);
      return ticket;
    } catch (error) {
      this.desk.failed(error);
      return null;
    } finally {
      this.confirming = false;
    }
  }

  /** The page goes: what is typed goes out now. */
  leave(): void {
    void this.save();
    clearTimeout(this.timer);
  }

  private saveIn(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save(), ms);
  }

  private async save(): Promise<void> {
    const pop = this.pop;
    if (!pop || pop.call !== this.draft.call || pop.phase === "ringing" || pop.ticket?.confirmed) return;
    if (pop.role !== "owner") return;
    const out = toSend(this.draft);
    if (out === null || this.confirming) return;
    if (this.sending) return this.saveIn(TYPING_PAUSE_MS);
    this.sending = true;
    try {
      const answer = await this.app.http.ask<Pop>("PUT", `/api/calls/${encodeURIComponent(pop.call)}/fields`, out.mend);
      this.desk.state = mended(this.desk.state, answer, Object.keys(out.edits) as DraftName[]);
      this.draft = stored(this.draft, out.edits);
      this.desk.answered();
    } catch (error) {
      this.desk.failed(error);
      // The text stays on the screen, and confirming sends it too; what was refused would be refused again.
      if (!(error instanceof Problem) || error.status === 0 || error.status >= 500) this.saveIn(AGAIN_MS);
    } finally {
      this.sending = false;
    }
  }
}
