/** The desk's life: one socket kept open with back-off, the state it tells, and the operator's commands. */
import { Problem } from "../lib/http";
import type { App, Memory } from "../lib/app.svelte";
import { type Operator, PAUSE_REASONS, type PauseReason } from "../lib/types";
import type { Phone } from "../phone/phone.svelte";
import { backoff } from "./backoff";
import { ack, connected, type DeskState, EMPTY, parse, reduce, replied } from "./protocol";

/** The server pings each second; silence this long means that the line is dead though nothing has closed it. */
export const SILENCE_MS = 4_000;
/** One press makes the wrap-up so much longer. */
export const EXTENSION_S = 60;
const ELSEWHERE = 4001;
const NOT_SIGNED_IN = 4003;

/** The order for the time after a call, by call: a reloaded page still tells it. */
const AFTER = "kezek.after";

export type After = "" | "ready" | `paused ${PauseReason}`;
export type Link = "connecting" | "open" | "lost" | "elsewhere";

export class Desk {
  state = $state.raw<DeskState>(EMPTY);
  link = $state<Link>("connecting");
  /** What went wrong with the last command, in the screen's words. */
  problem = $state("");
  /** What the operator has ordered for the time after the present call; a pause with its reason. */
  after = $state<After>("");
  /** The phone in this browser; null while the operator's is a telephone. */
  webphone = $state.raw<Phone | null>(null);

  private socket: WebSocket | null = null;
  private attempt = 0;
  private heard = 0;
  /** The problem is one of the connection or the server, not of the operator's command. */
  private passing = false;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly app: Pick<App, "http" | "explain" | "signedOut" | "checkSession">,
    private readonly connect: () => WebSocket = () => new WebSocket("/api/desk"),
    private readonly memory: Memory = sessionStorage,
  ) {}

  open(): void {
    this.watch = setInterval(() => this.checkSilence(), 1_000);
    this.dial();
  }

  close(): void {
    clearInterval(this.watch);
    this.hangUp();
  }

  /** After 4001: take the desk back from the other window. */
  useHere(): void {
    this.link = "connecting";
    this.dial();
  }

  /** The network is back, or the tab is in front again: do not sit out the back-off. */
  hurry(): void {
    if (this.link === "lost") this.dial();
  }

  ready = () => this.order("ready", "/api/operator/ready");
  pause = (reason: PauseReason) => this.order(`paused ${reason}`, "/api/operator/pause", { reason });
  wrapUpDone = () => this.command("/api/operator/wrap-up/done");
  extend = () => this.command("/api/operator/wrap-up/extend", { seconds: EXTENSION_S });
  /** Serve these queues beside the own ones. */
  help = (joined: string[]) => this.command("/api/operator/queues", { joined });

  async decline(): Promise<void> {
    const pop = this.state.pop;
    if (pop?.phase === "ringing") await this.command("/api/operator/decline", { call: pop.call, offer: pop.offer });
  }

  /** Shows what went wrong; a session that is over leads to the sign-in page. */
  failed(error: unknown): void {
    if (error instanceof Problem && error.status === 401) this.app.signedOut();
    else {
      this.problem = this.app.explain(error);
      this.passing = error instanceof Problem && (error.status === 0 || error.status >= 500);
    }
  }

  /** The server answers again: what was said of its absence is over. */
  answered(): void {
    if (this.passing) this.problem = "";
    this.passing = false;
  }

  /** Sends an order; false when it was refused, and the banner says why. */
  async command(path: string, body: unknown = {}): Promise<boolean> {
    this.problem = "";
    try {
      const answer = await this.app.http.ask<Operator | null>("POST", path, body);
      if (answer?.state) this.state = replied(this.state, answer);
      return true;
    } catch (error) {
      this.failed(error);
      return false;
    }
  }

  private async order(after: After, path: string, body: unknown = {}): Promise<void> {
    const busy = this.busy; // before it: ready may bring a call at once
    if ((await this.command(path, body)) && busy && this.busy) this.remember(after);
  }

  private remember(after: After): void {
    this.after = after;
    if (after === "") this.memory.removeItem(AFTER);
    else this.memory.setItem(AFTER, `${this.state.operator?.call} ${after}`);
  }

  private recall(): void {
    const [call, after, named] = this.memory.getItem(AFTER)?.split(" ") ?? [];
    if (call !== this.state.operator?.call) return;
    const reason = PAUSE_REASONS.find((one) => one === named);
    if (after === "ready") this.after = after;
    else if (after === "paused" && reason) this.after = `paused ${reason}`;
  }

  private get busy(): boolean {
    return ["offered", "talking", "wrap_up"].includes(this.state.operator?.state ?? "");
  }

  private hangUp(): void {
    clearTimeout(this.retry);
    const socket = this.socket;
    this.socket = null; // its late events are no longer ours
    socket?.close();
  }

  private dial(): void {
    this.hangUp();
    const socket = this.connect();
    this.socket = socket;
    this.heard = Date.now();
    socket.onopen = () => {
      if (socket === this.socket) this.state = connected(this.state);
    };
    socket.onmessage = (event) => {
      if (socket === this.socket) this.receive(socket, String(event.data));
    };
    socket.onclose = (event) => {
      if (socket === this.socket) this.lost(event.code);
    };
  }

  private receive(socket: WebSocket, text: string): void {
    this.heard = Date.now();
    const message = parse(text);
    if (message === null) return;
    socket.send(ack(message.seq));
    this.state = reduce(this.state, message);
    if (!this.busy && this.after !== "") this.remember("");
    if (message.type !== "snapshot") return;
    this.recall();
    this.answered();
    this.link = "open";
    this.attempt = 0;
  }

  private lost(code: number): void {
    this.socket = null;
    if (code === ELSEWHERE) this.link = "elsewhere";
    else if (code === NOT_SIGNED_IN) this.app.signedOut();
    else {
      // A refused handshake has no code of its own: ask whether the session still holds.
      if (this.attempt % 4 === 1) void this.app.checkSession();
      this.link = "lost";
      this.retry = setTimeout(() => this.dial(), backoff(this.attempt++, Math.random()));
    }
  }

  private checkSilence(): void {
    if (this.socket === null || Date.now() - this.heard < SILENCE_MS) return;
    this.hangUp();
    this.lost(1006);
  }
}
