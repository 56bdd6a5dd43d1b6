/**
 * The wallboard's figures, live: SSE that resumes by itself (Last-Event-ID), and how old what is shown has become.
 *
 * The stream is silent while nothing changes, and silence looks like a dead server: so a quiet page asks whether the figures
 * still hold. They do when the line's store answers and the server still gives this picture.
 */
import { backoff } from "../desk/backoff";
import type { App } from "../lib/app.svelte";
import { Problem } from "../lib/http";
import type { Wallboard } from "../lib/types";

/** Older than this is said to be stale. */
export const STALE_S = 3;
const QUIET_MS = 1_500;

interface Health {
  parts: Record<string, { ok: boolean }>;
}

export class WallboardFeed {
  board = $state.raw<Wallboard | null>(null);
  /** This machine's time at which the figures were last known to hold, ms; 0 before the first. */
  heard = $state(0);
  private source: EventSource | null = null;
  private attempt = 0;
  private asking = false;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly app: Pick<App, "http" | "signedOut">,
    private readonly connect: () => EventSource = () => new EventSource("/api/wallboard/events"),
  ) {}

  open(): void {
    this.watch = setInterval(() => void this.checkQuiet(), 1_000);
    void this.checkQuiet();
    this.listen();
  }

  close(): void {
    clearInterval(this.watch);
    clearTimeout(this.retry);
    this.source?.close();
    this.source = null;
  }

  /** Seconds since the figures were known to hold; `now` is this machine's time in ms. */
  age(now: number): number {
    return this.heard === 0 ? 0 : Math.max(0, (now - this.heard) / 1000);
  }

  private take(board: Wallboard): void {
    this.heard = Date.now();
    this.attempt = 0;
    if (this.board === null || Date.parse(board.at) >= Date.parse(this.board.at)) this.board = board;
  }

  private listen(): void {
    this.source?.close();
    const source = this.connect();
    this.source = source;
    source.addEventListener("wallboard", (event) => {
      this.take(JSON.parse((event as MessageEvent<string>).data) as Wallboard);
    });
    source.onerror = () => {
      // The browser reconnects by itself after a cut, but gives up for ever on an error answer.
      if (source !== this.source || source.readyState !== EventSource.CLOSED) return;
      clearTimeout(this.retry);
      this.retry = setTimeout(() => this.listen(), 500 + backoff(this.attempt++, Math.random()));
    };
  }

  private async checkQuiet(): Promise<void> {
    if (this.asking || Date.now() - this.heard < QUIET_MS) return;
    this.asking = true;
    try {
      const { parts } = await this.app.http.ask<Health>("GET", "/health", undefined, 503);
      const board = await this.app.http.get<Wallboard>("/api/wallboard");
      if (this.board === null || parts["redis"]?.ok) this.take(board);
    } catch (error) {
      if (error instanceof Problem && error.status === 401) this.app.signedOut();
    } finally {
      this.asking = false;
    }
  }
}
