/** What the storm board shows, live: read anew as soon as the door says that it is another, and now and then besides. */
import { backoff } from "../desk/backoff";
import type { App } from "../lib/app.svelte";
import { Problem } from "../lib/http";
import { every } from "../lib/loader.svelte";
import type { RegisterDoors } from "../register/doors";
import type { Outage } from "../register/outage_types";
import type { StormDoors } from "./doors";
import type { Addition, Bulletin, Ladder, Suspicion } from "./types";

const LADDER_MS = 1_500;
const REST_MS = 5_000;
/** Outages that ended are shown as long as it may have been a mistake. */
const OVER_S = 6 * 3_600;
type Noun = "suspicion" | "addition" | "outage" | "ladder" | "bulletin";

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
  /** What could not be read last; '' when all could. */
  problem = $state("");
  households = $state.raw<Record<number, number>>({});
  private source: EventSource | null = null;
  private attempt = 0;
  private stops: (() => void)[] = [];
  private retry: ReturnType<typeof setTimeout> | undefined;
  private readonly reading = new Set<Noun>();
  private readonly again = new Set<Noun>();
  private readonly asked = new Map<number, string>();

  constructor(
    private readonly app: App,
    private readonly doors: StormDoors,
    private readonly register: RegisterDoors,
    private readonly connect: () => EventSource = () => new EventSource("/api/suspicions/events"),
  ) {}

  open(): () => void {
    void this.readAll();
    this.listen();
    this.stops = [
      every(LADDER_MS, () => void this.read("ladder")),
      every(REST_MS, () => void Promise.all([this.read("outage"), this.read("bulletin")])), // nobody tells that a bulletin ended by itself
    ];
    return () => {
      for (const stop of this.stops) stop();
      clearTimeout(this.retry);
      this.source?.close();
      this.source = null;
    };
  }

  readAll = async (): Promise<void> => {
    await Promise.all((["suspicion", "addition", "outage", "ladder", "bulletin"] as const).map((noun) => this.read(noun)));
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
    if (noun === "ladder") this.ladder = await this.doors.ladder();
    else if (noun === "addition") this.additions = await this.doors.unhandled();
    else if (noun === "bulletin") ({ bulletins: this.bulletins, longest: this.longest } = await this.doors.bulletins());
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

  private listen(): void {
    this.source?.close();
    const source = this.connect();
    this.source = source;
    for (const noun of ["suspicion", "addition", "outage"] as const)
      source.addEventListener(noun, () => {
        this.attempt = 0;
        void this.read(noun);
      });
    source.onerror = () => {
      // The browser reconnects by itself after a cut, but gives up for ever on an error answer.
      if (source !== this.source || source.readyState !== EventSource.CLOSED) return;
      clearTimeout(this.retry);
      this.retry = setTimeout(() => this.listen(), 500 + backoff(this.attempt++, Math.random()));
    };
  }
}

