/** Invented history: callers who left, callbacks in the line, calls with their legs, one recording. */
import type { Abandoned, Callback, CallRow } from "../src/lib/report.ts";
import { ago } from "./world.ts";

export class History {
  abandoned: Abandoned[] = [
    gone("a-1", "+77015550181", "kk", "heat", 340, 96),
    gone("a-2", "+77015550117", "ru", "heat", 980, 41, { reached_at: ago(610), reached_by: "call" }),
    gone("a-3", "", "kk", "water", 1_500, 12),
    gone("a-4", "+380445550133", "uk", "water", 2_400, 203, { callback: "pending" }),
    gone("a-5", "+77015550164", "ru", "power", 3_900, 65, { reached_at: ago(2_900), reached_by: "callback", callback: "done" }),
    gone("a-6", "+77015550139", "ru", "heat", 5_200, 0, { end: "cut" }),
    gone("a-7", "+77015550102", "kk", "heat", 7_000, 187, { callback: "done" }),
  ];
  callbacks: Callback[] = [
    waits("cb-c-801", "+77015550155", "heat", 1, 1_260, { state: "offered", attempts: 1, operator: "op5" }),
    waits("cb-c-807", "+77015550148", "heat", 2, 900, {}),
    waits("cb-a-4", "+380445550133", "water", 3, 2_400, {}),
    waits("cb-c-790", "+77015550122", "heat", 0, 3_000, { state: "later", attempts: 2, until: ago(-412) }),
  ];

  /** The same one again for the same call. */
  callBack(call: string): Callback | null {
    const row = this.abandoned.find((one) => one.call === call);
    if (!row) return null;
    const known = this.callbacks.find((one) => one.of === call);
    if (known) return known;
    const callback = waits(`cb-${call}`, row.caller, row.queue, this.callbacks.length, 340, {});
    this.callbacks = [...this.callbacks, callback];
    this.abandoned = this.abandoned.map((one) => (one.call === call ? { ...one, callback: "pending" } : one));
    return callback;
  }

  cancel(call: string): boolean {
    const found = this.callbacks.find((one) => one.call === call);
    this.callbacks = this.callbacks.filter((one) => one.call !== call);
    this.abandoned = this.abandoned.map((one) => (one.call === found?.of ? { ...one, callback: "" } : one));
    return found !== undefined;
  }
}

function gone(
  call: string, caller: string, language: string, queue: string, s: number, waited_s: number, more: Partial<Abandoned> = {},
): Abandoned {
  return { call, caller, language, queue, since: ago(s), waited_s, end: "abandoned", reached_at: null, reached_by: "", callback: "", ...more };
}

function waits(call: string, caller: string, queue: string, position: number, s: number, more: Partial<Callback>): Callback {
  return {
    call, of: call.replace("cb-", ""), caller, queue, since: ago(s - 40), place_since: ago(s), position, state: "waiting", attempts: 0,
    until: null, operator: "", ...more,
  };
}

const leg = (operator: string, s: number, talk_s: number, how: CallRow["legs"][number]["how"], hold_s = 0): CallRow["legs"][number] => ({
  operator, queue: "heat", connected_at: ago(s), talk_s, hold_s, wrap_up_s: how === "helper" ? 0 : 24, how,
});

export function calls(): CallRow[] {
  const row = (i: number, more: Partial<CallRow>): CallRow => ({
    call: `h-${i}`, kind: "call", of: "", caller: `+7701555${String(101 + i).padStart(4, "0")}`, language: i % 3 ? "ru" : "kk", queue: "heat",
    priority: 0, since: ago(120 + i * 260), waited_s: (i * 37) % 140, end: "answered", ended_at: ago(i * 260), ticket: "", recording: false,
    legs: [], ...more,
  });
  return [
    row(0, { end: "", ended_at: null, legs: [leg("op1", 60, 0, "")] }),
    row(1, { ticket: "26-000131-2", recording: true, legs: [leg("op3", 300, 143, "finished", 12)] }),
    row(2, { end: "abandoned" }),
    row(3, {
      ticket: "26-000130-4", recording: true,
      legs: [leg("op2", 900, 71, "handed_over", 34), leg("op9", 850, 30, "helper"), leg("op9", 780, 205, "finished")],
    }),
    row(4, { end: "informed", queue: "" }),
    row(5, { kind: "callback", of: "h-12", waited_s: 0, ticket: "26-000128-9", legs: [leg("op4", 1_300, 98, "finished")] }),
    row(6, { priority: 9, waited_s: 3, recording: true, legs: [leg("op1", 1_600, 52, "transferred"), leg("op2", 1_540, 140, "finished")] }),
    row(7, { end: "refused", queue: "lifts", caller: "" }),
    ...Array.from({ length: 14 }, (_, i) => row(8 + i, { legs: [leg(`op${i % 9}`, 2_000 + i * 260, 60 + i * 11, "finished")] })),
  ];
}

/** Two seconds of a quiet tone. */
export function wav(): Buffer {
  const rate = 8_000;
  const samples = rate * 2;
  const file = Buffer.alloc(44 + samples * 2);
  file.write("RIFF", 0), file.writeUInt32LE(36 + samples * 2, 4), file.write("WAVEfmt ", 8), file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20), file.writeUInt16LE(1, 22), file.writeUInt32LE(rate, 24), file.writeUInt32LE(rate * 2, 28);
  file.writeUInt16LE(2, 32), file.writeUInt16LE(16, 34), file.write("data", 36), file.writeUInt32LE(samples * 2, 40);
  for (let i = 0; i < samples; i++) file.writeInt16LE(Math.round(3_000 * Math.sin((i / rate) * 2 * Math.PI * 330)), 44 + i * 2);
  return file;
}
