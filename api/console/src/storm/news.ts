/** `GET /api/suspicions/events`: which nouns are others than before; connected again by itself as long as it is wanted. */
import { backoff } from "../desk/backoff";
import { type Noun, NOUNS } from "./types";

export class News {
  /** The stream stands: what is another will be told. */
  live = false;
  private source: EventSource | null = null;
  private attempt = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly heard: (noun: Noun) => void,
    private readonly connect: () => EventSource = () => new EventSource("/api/suspicions/events"),
  ) {}

  /** Until what it returns is called. */
  open(): () => void {
    this.listen();
    return () => {
      clearTimeout(this.retry);
      this.source?.close();
      [this.source, this.live] = [null, false];
    };
  }

  private listen(): void {
    this.source?.close();
    const source = this.connect();
    this.source = source;
    for (const noun of NOUNS)
      source.addEventListener(noun, () => {
        [this.attempt, this.live] = [0, true];
        this.heard(noun);
      });
    source.onerror = () => {
      if (source !== this.source) return;
      this.live = false;
      // The browser reconnects by itself after a cut, but gives up for ever on an error answer.
      if (source.readyState !== EventSource.CLOSED) return;
      clearTimeout(this.retry);
      this.retry = setTimeout(() => this.listen(), 500 + backoff(this.attempt++, Math.random()));
    };
  }
}
