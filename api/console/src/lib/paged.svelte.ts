/** A list that a door tells page by page (a cursor): renewed from its beginning until somebody pages on. */
import type { App } from "./app.svelte";
import { every, Loader } from "./loader.svelte";

export interface Slice<T> {
  items: T[];
  /** The cursor of the next page; '' after the last one. */
  next: string;
}
type Read<T> = (after: string) => Promise<Slice<T>>;

export class Paged<T> {
  readonly loader: Loader<Slice<T>>;
  private read: Read<T> | null = null;
  private on = false;

  /** `key`: what tells one from another: the list moves on between two pages. */
  constructor(
    app: Pick<App, "explain" | "signedOut">,
    private readonly key: (item: T) => unknown,
  ) {
    this.loader = new Loader(app);
  }

  /** From the beginning, of what `read` asks for; for an effect, which returns the result to stop renewing. 0 ms: never. */
  begin(read: Read<T>, again_ms = 0): () => void {
    this.read = read;
    this.on = false;
    void this.loader.load(() => read(""), true);
    return again_ms > 0 ? every(again_ms, () => void (this.on || this.renew())) : () => undefined;
  }

  /** The first page anew; whoever has paged on begins again. */
  renew = async (): Promise<void> => {
    const { read } = this;
    if (!read) return;
    this.on = false;
    await this.loader.load(() => read(""));
  };

  older = async (): Promise<void> => {
    const [{ read }, shown] = [this, this.loader.value];
    if (!read || !shown?.next) return;
    this.on = true; // he reads in peace
    await this.loader.load(async () => {
      const { items, next } = await read(shown.next);
      const known = new Set(shown.items.map(this.key));
      return { items: [...shown.items, ...items.filter((item) => !known.has(this.key(item)))], next };
    });
  };

  /** One of those shown is another now: without a reading that would begin anew. */
  put(item: T): void {
    const shown = this.loader.value;
    if (shown) this.loader.value = { ...shown, items: shown.items.map((one) => (this.key(one) === this.key(item) ? item : one)) };
  }
}
