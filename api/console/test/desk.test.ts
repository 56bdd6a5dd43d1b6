import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import * as world from "../dev/world";
import { backoff, FIRST_MS, MOST_MS } from "../src/desk/backoff";
import { Desk, SILENCE_MS } from "../src/desk/desk.svelte";
import { Http, Problem } from "../src/lib/http";

class FakeSocket {
  sent: string[] = [];
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: (event: { code: number }) => void;
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {}
  tell(seq: number, type: string, data: unknown): void {
    this.onmessage?.({ data: JSON.stringify({ seq, type, data }) });
  }
  join(): void {
    this.onopen?.();
    this.tell(1, "snapshot", { operator: world.operator("ready"), pop: null, queues: [] });
  }
}

const kept = new Map<string, string>();
const memory = {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
  removeItem: (key: string) => void kept.delete(key),
};

function opened(): Desk {
  const one = new Desk(
    app,
    () => {
      sockets.push(new FakeSocket());
      return last() as unknown as WebSocket;
    },
    memory,
  );
  one.open();
  return one;
}

let sockets: FakeSocket[];
let desk: Desk;
const app = { http: new Http(), explain: () => "", signedOut: vi.fn(), checkSession: vi.fn(async () => undefined) };
const last = () => sockets.at(-1) as FakeSocket;

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  sockets = [];
  kept.clear();
  desk = opened();
});
afterEach(() => {
  desk.close();
  vi.useRealTimers();
});

describe("the desk's line", () => {
  test("answers every message, pings too", () => {
    last().join();
    last().tell(2, "ping", {});
    expect(last().sent).toEqual(['{"type":"ack","seq":1}', '{"type":"ack","seq":2}']);
    expect(desk.link).toBe("open");
  });

  test("says that it is lost and comes back by itself", () => {
    last().join();
    last().onclose?.({ code: 1006 });
    expect(desk.link).toBe("lost");
    vi.advanceTimersByTime(FIRST_MS);
    expect(sockets).toHaveLength(2);
    last().join();
    expect([desk.link, desk.state.seq]).toEqual(["open", 1]);
  });

  test("notices a line that went silent without closing (P22)", () => {
    last().join();
    vi.advanceTimersByTime(SILENCE_MS + 1_000);
    expect(desk.link).toBe("lost");
  });

  test("does not fight another window for the desk", () => {
    last().join();
    last().onclose?.({ code: 4001 });
    vi.advanceTimersByTime(60_000);
    expect([desk.link, sockets.length]).toEqual(["elsewhere", 1]);
    desk.useHere();
    expect(sockets).toHaveLength(2);
  });

  test("leads to the sign-in page when the session is over", () => {
    last().onclose?.({ code: 4003 });
    expect(app.signedOut).toHaveBeenCalledOnce();
  });

  test("a late word of an old socket is not heard", () => {
    const old = last();
    old.join();
    old.onclose?.({ code: 1006 });
    vi.advanceTimersByTime(FIRST_MS);
    old.tell(2, "pop", world.ringing());
    expect(desk.state.pop).toBeNull();
  });
});

test("what was said of the server's absence goes when it is back; a refusal stays", () => {
  const explain = vi.spyOn(app, "explain").mockReturnValue("told");
  last().join();
  desk.failed(new Problem(0, "offline", ""));
  expect(desk.problem).toBe("told");
  last().onopen?.();
  last().join();
  expect(desk.problem).toBe("");
  desk.failed(new Problem(422, "invalid", ""));
  last().join();
  expect(desk.problem).toBe("told");
  explain.mockRestore();
});

test("a reloaded page still tells what was ordered for the time after the call", async () => {
  last().join();
  last().tell(2, "operator", world.operator("talking"));
  vi.spyOn(app.http, "ask").mockResolvedValue(null);
  await desk.pause("lunch");
  expect(desk.after).toBe("paused lunch");
  desk.close();

  desk = opened();
  last().onopen?.();
  last().tell(1, "snapshot", { operator: world.operator("talking"), pop: null, queues: [] });
  expect(desk.after).toBe("paused lunch");
  last().tell(2, "operator", world.operator("paused", "lunch"));
  expect(desk.after).toBe("");
  expect(kept.size).toBe(0);
});

test("an order for after the call that a newer page has written otherwise is not guessed", () => {
  kept.set("kezek.after", "c-1001 paused nonsense");
  desk.close();
  desk = opened();
  last().onopen?.();
  last().tell(1, "snapshot", { operator: world.operator("talking"), pop: null, queues: [] });
  expect(desk.after).toBe("");
});

test("the back-off doubles up to its bound and is spread", () => {
  expect([0, 1, 2, 20].map((attempt) => backoff(attempt, 0.5))).toEqual([200, 400, 800, MOST_MS / 2]);
  expect(backoff(3, 0)).toBe(0);
});
