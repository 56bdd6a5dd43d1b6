/** What the operator does with the present call: hold, give away, consult, record. One order at a time. */
import type { Target } from "../lib/types";
import type { Desk } from "./desk.svelte";

export type Picking = "" | "transfer" | "consult";

export class Talk {
  /** An order is on its way: the buttons wait for its answer. */
  busy = $state(false);
  /** The list of colleagues is open, for this purpose. */
  picking = $state<Picking>("");

  constructor(private readonly desk: Desk) {}

  /** The call is his own, he talks, and the line to the server stands. */
  get mine(): boolean {
    const pop = this.desk.state.pop;
    return this.desk.link === "open" && pop?.phase === "talking" && pop.role === "owner";
  }

  get aside() {
    return this.mine ? (this.desk.state.pop?.aside ?? null) : null;
  }

  /** Of these, what the present state allows; the buttons and the keys ask the same. */
  can = (what: "pick" | "join" | "complete" | "cancel" | "hold" | "record"): boolean => {
    if (!this.mine || this.busy) return false;
    const recording = this.desk.state.pop?.recording;
    if (what === "record") return recording === "on" || recording === "off";
    if (this.aside === null) return what === "pick" || what === "hold";
    if (what === "join") return this.aside.state === "talking";
    return what === "cancel" || (what === "complete" && this.aside.state !== "ringing");
  };

  pick(purpose: Picking): void {
    if (purpose === "" || this.can("pick")) this.picking = purpose;
  }

  toggleHold = () => this.order("hold", this.desk.state.pop?.held ? "resume" : "hold");
  toggleRecording = () => this.order("record", "recording", { on: this.desk.state.pop?.recording !== "on" });
  join = () => this.order("join", "consult/join");
  complete = () => this.order("complete", "consult/complete");
  cancel = () => this.order("cancel", "consult/cancel");

  /** Gives the call to the one chosen, or asks him first; the list closes when that was accepted. */
  async give(target: Target): Promise<void> {
    if (this.picking !== "" && (await this.order("pick", this.picking, target))) this.picking = "";
  }

  /** Gives the call away at once, without the list. */
  pass = (target: Target): Promise<boolean> => this.order("pick", "transfer", target);

  private async order(what: Parameters<Talk["can"]>[0], path: string, body: unknown = {}): Promise<boolean> {
    const call = this.desk.state.pop?.call;
    if (!call || !this.can(what)) return false;
    this.busy = true;
    try {
      return await this.desk.command(`/api/calls/${encodeURIComponent(call)}/${path}`, body);
    } finally {
      this.busy = false;
    }
  }
}
