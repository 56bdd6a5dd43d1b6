/** What was not there before. */
export class News {
  private known: Set<string> | null = null;

  /** The words of what is new since it was asked last; nothing the first time: that is read on the page. */
  of(all: readonly { key: string; words: string }[]): string {
    const fresh = all.filter(({ key }) => this.known?.has(key) === false);
    this.known = new Set(all.map(({ key }) => key));
    return fresh.map(({ words }) => words).join(" ");
  }
}
