/** The register's topics, read once for the desk. */
import type { Http } from "../lib/http";
import type { Topic } from "../lib/types";

export class Topics {
  all = $state.raw<Topic[]>([]);

  constructor(private readonly http: Http) {}

  async load(): Promise<void> {
    try {
      this.all = (await this.http.get<{ topics: Topic[] }>("/api/topics")).topics;
    } catch {
      this.all = []; // asked again with the next call; codes are shown until then
    }
  }

  name(code: string, language: string): string {
    const names = this.all.find((topic) => topic.code === code)?.names;
    return names?.[language] || names?.["ru"] || code;
  }

  /** Topics under their parents; a topic without children stands alone. */
  groups(): { parent: Topic | null; topics: Topic[] }[] {
    const children = (code: string) => this.all.filter((topic) => topic.parent === code);
    const tops = this.all.filter((topic) => !topic.parent || !this.all.some((other) => other.code === topic.parent));
    return tops.map((top) => {
      const under = children(top.code);
      return under.length === 0 ? { parent: null, topics: [top] } : { parent: top, topics: [top, ...under] };
    });
  }
}
