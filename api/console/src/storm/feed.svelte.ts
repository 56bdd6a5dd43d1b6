/** What the storm board shows, live: read anew as soon as the door says that it is another, and now and then besides. */
import type { App } from "../lib/app.svelte";
import { Problem } from "../lib/http";
import { every } from "../lib/loader.svelte";
import type { RegisterDoors } from "../register/doors";
import type { Outage } from "../register/outage_types";
import type { StormDoors } from "./doors";
import { News } from "./news";
import { type Addition, type Bulletin, type Ladder, type Noun, NOUNS, type Suspicion } from "./types";

/** What no event tells: what the ladder measures, and how many call because of an outage. */
const FIGURES_MS = 5_000;
/** All of it besides, for an event that was lost; as often as the figures while there is no stream. */
const ALL_MS = 30_000;
/** Outages that ended are shown as long as it may have been a mistake. */
const OVER_S = 6 * 3_600;

export class StormFeed {
  suspicions = $state.raw<Suspicion[] | null>(null);
  additions = $state.raw<Addition[]>([]);
  outages = $state.raw<Outage[] | null>(null);
  /** Over since a short while. */
  over = $state.raw<Outage[]>([]);
  ladder = $state.raw<Ladder | null>(null);
  bulletins = $state.raw<Bulletin[]>([]);
  /** Characters that a bulletin may have in one language. */
  longest = $state(600);
  /** Those in which callers are answered. */
  languages = $state.raw<readonly string[]>([]);
  /** What could not be read last; '' when all could. */
  problem = $state("");
  households = $state.raw<Record<number, number>>({});
  private readonly news: News;
  private all_ms = 0;
  private readonly reading = new Set<Noun>();
  private readonly again = new Set<Noun>();
  private readonly asked = new Map<number, string>();

  constructor(
    private readonly app: App,
    private readonly doors: StormDoors,
    private readonly register: RegisterDoors,
    connect?: () => EventSource,
  ) {
    this.news = new News((noun) => void this.read(noun), connect);
  }

  open(): () => void {
    void this.readAll();
    const shut = this.news.open();
    const stop = every(FIGURES_MS, () => this.look());
    return () => {
      stop();
      shut();
    };
  }

  private look(): void {
    this.all_ms = this.news.live ? this.all_ms + FIGURES_MS : ALL_MS;
    if (this.all_ms < ALL_MS) return void Promise.all([this.read("rung"), this.read("outage")]);
    this.all_ms = 0;
    void this.readAll();
  }

  readAll = async (): Promise<void> => {
    await Promise.all(NOUNS.map((noun) => this.read(noun)));
  };

  /** One reading of a noun at a time; what is asked for meanwhile is read after it. */
  async read(noun: Noun): Promise<void> {
    if (this.reading.has(noun)) return void this.again.add(noun);
    this.reading.add(noun);
    try {
      do {
        this.again.delete(noun);
        await this.take(noun);
      } while (this.again.has(noun));
      this.problem = "";
    } catch (error) {
      if (error instanceof Problem && error.status === 401) this.app.signedOut();
      else this.problem = this.app.explain(error, true);
    } finally {
      this.reading.delete(noun);
    }
  }

  private async take(noun: Noun): Promise<void> {
    if (noun === "rung") this.ladder = await this.doors.ladder();
    else if (noun === "addition") this.additions = await this.doors.unhandled();
    else if (noun === "bulletin") ({ bulletins: this.bulletins, longest: this.longest, languages: this.languages } = await this.doors.bulletins());
    else if (noun === "suspicion") {
      const [open, all] = await Promise.all([this.doors.suspicions("open", 100), this.doors.suspicions("", 50)]);
      const known = new Set(open.map(({ id }) => id));
      this.suspicions = [...open, ...all.filter(({ id, state }) => state !== "open" && !known.has(id))];
    } else {
      const since = new Date(this.app.now - OVER_S * 1000).toISOString();
      const [now, over] = await Promise.all([
        this.register.outages({ state: "now", limit: 100 }), this.register.outages({ state: "restored", since, limit: 20 }),
      ]);
      this.outages = now.outages;
      this.over = over.outages.filter(({ ended_at }) => ended_at && Date.parse(ended_at) > this.app.now - OVER_S * 1000);
      for (const one of now.outages) void this.count(one);
    }
  }

  /** How many households an outage concerns, asked once for each shape of it. */
  private async count({ id, areas }: Outage): Promise<void> {
    const shape = JSON.stringify(areas);
    if (this.asked.get(id) === shape) return;
    this.asked.set(id, shape);
    try {
      const { households } = await this.register.concerned(areas);
      this.households = { ...this.households, [id]: households };
    } catch {
      this.asked.delete(id); // a help, not a rule: asked again at the next reading
    }
  }
}
