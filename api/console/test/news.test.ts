import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DeskRung } from "../src/desk/rung.svelte";
import { StormFeed } from "../src/storm/feed.svelte";
import { NOUNS } from "../src/storm/types";

class FakeSource {
  readyState = 1;
  onerror?: () => void;
  private readonly hears = new Map<string, () => void>();
  addEventListener(noun: string, hear: () => void): void {
    this.hears.set(noun, hear);
  }
  close(): void {}
  tell(...nouns: readonly string[]): void {
    for (const noun of nouns) this.hears.get(noun)?.();
  }
}

let sources: FakeSource[];
const connect = () => {
  sources.push(new FakeSource());
  return sources.at(-1) as unknown as EventSource;
};
const wait = (s: number) => vi.advanceTimersByTimeAsync(s * 1000);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", { CLOSED: 2 });
  vi.stubGlobal("document", { visibilityState: "visible" });
  sources = [];
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const doors = {
  ladder: vi.fn(async () => ({ rung: { n: 1 } })), unhandled: vi.fn(async () => []), suspicions: vi.fn(async () => []),
  bulletins: vi.fn(async () => ({ bulletins: [], longest: 600, languages: ["kk", "ko"] })),
};
const register = { outages: vi.fn(async () => ({ outages: [], next: "" })) };

function board(): StormFeed {
  for (const door of [...Object.values(doors), register.outages]) door.mockClear();
  return new StormFeed({ now: 0, explain: () => "away" } as never, doors as never, register as never, connect);
}

test("what is told is read at once, and nothing else", async () => {
  const feed = board();
  const shut = feed.open();
  await wait(0);
  expect(feed.languages).toEqual(["kk", "ko"]);
  sources[0]?.tell(...NOUNS);
  await wait(0);
  const [ladders, bulletins] = [doors.ladder.mock.calls.length, doors.bulletins.mock.calls.length];
  sources[0]?.tell("bulletin");
  await wait(0);
  expect(doors.bulletins.mock.calls.length).toBe(bulletins + 1);
  expect(doors.ladder.mock.calls.length).toBe(ladders);
  sources[0]?.tell("rung");
  await wait(0);
  expect(doors.ladder.mock.calls.length).toBe(ladders + 1);
  shut();
});

test("while the stream stands bulletins are hardly asked for; without it all is, as often as the figures", async () => {
  const shut = board().open();
  sources[0]?.tell(...NOUNS);
  await wait(0);
  doors.bulletins.mockClear();
  await wait(29);
  expect(doors.bulletins).not.toHaveBeenCalled();
  await wait(2);
  expect(doors.bulletins).toHaveBeenCalledTimes(1);
  sources[0]?.onerror?.();
  await wait(10);
  expect(doors.bulletins).toHaveBeenCalledTimes(3);
  shut();
  await wait(60);
  expect(doors.bulletins).toHaveBeenCalledTimes(3);
});

test("a stream refused for good is opened again", async () => {
  const shut = board().open();
  const [first] = sources;
  first!.readyState = 2;
  first!.onerror?.();
  await wait(10);
  expect(sources).toHaveLength(2);
  shut();
});

test("the desk reads the rung when it is another, and keeps the last one while the door is away", async () => {
  const presentRung = vi.fn(async () => ({ rung: { name: "overload" }, names: {}, does: "Callbacks." }));
  const rung = new DeskRung({ presentRung } as never, connect);
  const shut = rung.open();
  await wait(0);
  sources[0]?.tell("suspicion", "bulletin");
  expect(presentRung).toHaveBeenCalledTimes(1);
  presentRung.mockRejectedValueOnce(new Error("away"));
  sources[0]?.tell("rung");
  await wait(0);
  expect(presentRung).toHaveBeenCalledTimes(2);
  expect(rung.now?.does).toBe("Callbacks.");
  shut();
});
