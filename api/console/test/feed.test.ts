import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { wallboard } from "../dev/board";
import { Problem } from "../src/lib/http";
import { STALE_S, WallboardFeed } from "../src/wallboard/feed.svelte";

class FakeSource {
  readyState = 1;
  onerror?: () => void;
  private hear: ((event: { data: string }) => void) | undefined;
  addEventListener(_: string, hear: (event: { data: string }) => void): void {
    this.hear = hear;
  }
  close(): void {}
  tell(board = wallboard()): void {
    this.hear?.({ data: JSON.stringify(board) });
  }
}

let sources: FakeSource[];
let redis: boolean;
let feed: WallboardFeed;
const answer = vi.fn();
const signedOut = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", { CLOSED: 2 });
  [sources, redis] = [[], true];
  answer.mockReset().mockImplementation(async () => wallboard());
  signedOut.mockReset();
  const http = { get: answer, ask: async () => ({ parts: { redis: { ok: redis } } }) };
  feed = new WallboardFeed({ http, signedOut } as never, () => {
    sources.push(new FakeSource());
    return sources.at(-1) as unknown as EventSource;
  });
  feed.open();
});
afterEach(() => {
  feed.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const wait = (s: number) => vi.advanceTimersByTimeAsync(s * 1000);

test("a quiet night is not taken for a dead server", async () => {
  await wait(60);
  expect(feed.age(Date.now())).toBeLessThan(STALE_S);
});

test("a live stream is not asked twice", async () => {
  await wait(1);
  answer.mockClear();
  for (let s = 0; s < 10; s++) {
    sources[0]?.tell();
    await wait(1);
  }
  expect(answer).not.toHaveBeenCalled();
});

test("a server that is gone makes the figures old (P22)", async () => {
  await wait(1);
  answer.mockRejectedValue(new Problem(0, "offline", ""));
  await wait(6);
  expect(feed.age(Date.now())).toBeGreaterThan(STALE_S);
});

test("so does a server that no longer sees the line (P22)", async () => {
  await wait(1);
  redis = false;
  await wait(6);
  expect(feed.age(Date.now())).toBeGreaterThan(STALE_S);
});

test("an older picture does not replace a newer one", async () => {
  await wait(1);
  const newer = { ...wallboard(), at: "2126-01-01T00:00:01Z" };
  sources[0]?.tell(newer);
  sources[0]?.tell({ ...newer, at: "2126-01-01T00:00:00Z", queues: [] });
  expect(feed.board?.queues).toHaveLength(3);
});

test("a stream refused for good is opened again", async () => {
  const first = sources[0] as FakeSource;
  first.readyState = 2;
  first.onerror?.();
  await wait(10);
  expect(sources).toHaveLength(2);
});

test("a session that is over leads to the sign-in page", async () => {
  answer.mockRejectedValue(new Problem(401, "not_signed_in", ""));
  await wait(5);
  expect(signedOut).toHaveBeenCalled();
});
