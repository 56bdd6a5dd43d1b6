/** What happens at the invented desk: called by name (`POST /fake/<scene>`), or by itself after Ready. */
import type { FakeDesk } from "./desk.ts";
import * as world from "./world.ts";

const SCENES: Record<string, (desk: FakeDesk) => void> = {
  idle: (desk) => desk.end("taken_back", "ready"),
  left: (desk) => desk.end("caller_left", "ready"),
  ringing: (desk) => desk.ring(world.ringing()),
  korean: (desk) => desk.ring(world.korean()),
  emergency: (desk) => desk.ring(world.emergency()),
  callback: (desk) => desk.ring(world.dialling()),
  reached: (desk) => desk.show({ dialling: false }), // the citizen answers the callback
  transferred: (desk) => desk.ring(world.transferred()),
  helping: (desk) => desk.ring(world.helping()),
  talking: (desk) => desk.talk(),
  answers: (desk) => desk.answerAside(),
  wrap_up: (desk) => desk.wrapUp(),
  hear: (desk) => desk.hear(),
  overhear: (desk) => desk.overhear(),
  unheard: (desk) => desk.show({ unheard: "recogniser_full" }),
  still_out: (desk) => desk.show({ still_out: 1 }),
  drop: (desk) => desk.socket?.terminate(),
  elsewhere: (desk) => desk.socket?.close(4001, "signed in elsewhere"),
  silent: () => undefined,
};

/** False when there is no such scene. */
export function play(desk: FakeDesk, scene: string): boolean {
  const happens = SCENES[scene];
  if (!happens) return false;
  if (desk.silent && scene !== "silent") desk.socket?.terminate(); // it comes back and is told everything
  desk.silent = scene === "silent";
  happens(desk);
  return true;
}

/** With nobody at the levers: a call 5 s after Ready, picked up 8 s later; every second one is a callback. */
export function byItself(desk: FakeDesk): void {
  desk.quiet();
  desk.set("ready");
  const callback = desk.tickets.length % 2 === 1;
  desk.later(5_000, () => desk.operator.state === "ready" && liveCall(desk, callback ? "callback" : "ringing"));
}

function liveCall(desk: FakeDesk, scene: string): void {
  play(desk, scene);
  desk.later(5_000, () => play(desk, "reached"));
  desk.later(8_000, () => play(desk, "talking"));
  for (const s of [2, 4, 6]) desk.later(s * 1_000, () => play(desk, "hear"));
  for (let s = 10; s < 10 + world.TALK.length; s++) desk.later(s * 1_000, () => play(desk, "overhear"));
}
