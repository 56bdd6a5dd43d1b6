/** The rung of the ladder of overload, as whoever answers calls is told of it: read when an event says that it is another. */
import { every } from "../lib/loader.svelte";
import type { StormDoors } from "../storm/doors";
import { News } from "../storm/news";
import type { PresentRung } from "../storm/types";

/** For an event that was lost. */
const AGAIN_MS = 30_000;

export class DeskRung {
  now = $state.raw<PresentRung | null>(null);
  private readonly news: News;

  constructor(
    private readonly doors: Pick<StormDoors, "presentRung">,
    connect?: () => EventSource,
  ) {
    this.news = new News((noun) => void (noun === "rung" && this.read()), connect);
  }

  open(): () => void {
    void this.read();
    const shut = this.news.open();
    const stop = every(AGAIN_MS, () => void this.read());
    return () => {
      stop();
      shut();
    };
  }

  private async read(): Promise<void> {
    try {
      this.now = await this.doors.presentRung();
    } catch {
      return; // a help, not a rule: what was told before still stands
    }
  }
}
