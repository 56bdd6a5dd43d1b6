import { describe, expect, test } from "vitest";
import { iceServers } from "../src/phone/ice";
import { broken, EMPTY, type Event, type Line, microphoneLine, reduce, type State } from "../src/phone/machine";
import { level } from "../src/phone/sound";

const after = (...events: Event[]): State => events.reduce(reduce, EMPTY);
const line = (name: Line): Event => ({ type: "line", line: name });
const RINGS: Event[] = [line("connecting"), line("registered"), { type: "rings", id: "a" }];
const TALKS: Event[] = [...RINGS, { type: "answering", id: "a" }, { type: "talks", id: "a" }];

describe("a call on the phone", () => {
  test("rings, is answered, is muted and held, and ends", () => {
    expect(after(...RINGS).call?.phase).toBe("ringing");
    expect(after(...TALKS).call).toEqual({ id: "a", phase: "talking", muted: false, held: false });
    const held = after(...TALKS, { type: "muted", id: "a", on: true }, { type: "held", id: "a", on: true });
    expect(held.call).toMatchObject({ muted: true, held: true });
    expect(reduce(held, { type: "ended", id: "a" })).toEqual({ line: "registered", call: null });
  });

  test("another call changes nothing of it", () => {
    const talk = after(...TALKS);
    for (const event of [
      { type: "rings", id: "b" },
      { type: "talks", id: "b" },
      { type: "ended", id: "b" },
      { type: "muted", id: "b", on: true },
    ] as Event[])
      expect(reduce(talk, event)).toEqual(talk);
  });

  test("that was given up cannot be answered any more", () => {
    const gone = after(...RINGS, { type: "ended", id: "a" });
    expect(reduce(gone, { type: "answering", id: "a" })).toEqual(gone);
    expect(reduce(gone, { type: "talks", id: "a" }).call).toBeNull();
  });

  test("is answered once", () => {
    expect(after(...TALKS, { type: "answering", id: "a" }).call?.phase).toBe("talking");
  });
});

describe("the line to the exchange", () => {
  test.each(["lost", "refused"] as const)("%s ends a ringing call, and no talk", (name) => {
    expect(after(...RINGS, line(name)).call).toBeNull();
    expect(after(...TALKS, line(name)).call?.phase).toBe("talking");
    expect(after(...TALKS, line(name), line("connecting"), line("registered")).call?.phase).toBe("talking");
  });

  test.each(["off", "starting", "denied", "missing", "insecure"] as const)("%s ends everything", (name) => {
    expect(after(...TALKS, line(name))).toEqual({ line: name, call: null });
  });

  test("is broken when nothing can ring and the operator has not wished it", () => {
    expect((["lost", "refused", "denied", "missing", "insecure"] as const).every(broken)).toBe(true);
    expect((["off", "starting", "connecting", "registered"] as const).some(broken)).toBe(false);
  });
});

test("what the browser says of the microphone", () => {
  expect(microphoneLine("NotAllowedError")).toBe("denied");
  expect(microphoneLine("NotFoundError")).toBe("missing");
  expect(microphoneLine("NotReadableError")).toBe("missing");
});

test("STUN and TURN servers as they are written in the settings", () => {
  expect(iceServers(["stun:192.0.2.1:3478", "turn:us%3Aer:p%40ss@192.0.2.1:3478?transport=tcp"])).toEqual([
    { urls: "stun:192.0.2.1:3478" },
    { urls: "turn:192.0.2.1:3478?transport=tcp", username: "us:er", credential: "p@ss" },
  ]);
  expect(iceServers(["http://x", "turn:host", "", "stun:a@b"])).toEqual([]);
});

test("silence is 0, a loud voice is 1", () => {
  expect(level(new Float32Array(64))).toBe(0);
  expect(level(new Float32Array(64).fill(1e-4))).toBe(0);
  expect(level(new Float32Array(64).fill(0.02))).toBeCloseTo(0.52, 1);
  expect(level(new Float32Array(64).fill(0.9))).toBe(1);
});
