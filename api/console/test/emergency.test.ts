import { describe, expect, test, vi } from "vitest";
import { FakeEmergencies, SERVICES } from "../dev/register/emergencies";
import { answersTo, ofCall, serviceNamed, serviceOf, wentOf } from "../src/emergency/asking";
import { Handing, WRITING_MS } from "../src/emergency/handing.svelte";
import type { Service } from "../src/emergency/types";
import { Problem } from "../src/lib/http";

const gas = serviceNamed(SERVICES, "104") as Service;
const topic = (code: string, emergency = "") => ({ code, names: {}, parent: "", emergency });

describe("where an emergency goes", () => {
  test("by its topic, else by the number the topic names; otherwise the operator chooses", () => {
    expect(serviceOf(SERVICES, "gas_leak", [])?.code).toBe("gas");
    expect(serviceOf(SERVICES, "smoke", [topic("smoke", "101")])?.code).toBe("fire");
    expect(serviceOf(SERVICES, "heating", [topic("heating")])).toBeNull();
    expect(serviceOf(SERVICES, "", [])).toBeNull();
  });

  test("the answered questions of this service alone are told, and what was added, in the site's language", () => {
    const answers = { entrance: "2", people_inside: "no", what_burns: "a roof", smell_where: " " };
    const told = answersTo(gas, answers);
    expect(told).toEqual({ people_inside: "no", entrance: "2" });
    const made = new FakeEmergencies().add({ call: "c-1", service: "gas", answers: told, more: "The dog bites" }, "aigul");
    expect(made.context).toBe("Внутри есть люди? Нет. Какой подъезд? 2. The dog bites");
  });

  test("how the transfer went is read from the exchange's words", () => {
    expect(wentOf({ outcome: "" })).toBeNull();
    expect(wentOf({ outcome: "connected, 35 s" })).toEqual({ how: "connected", talk_s: 35 });
    expect(wentOf({ outcome: "not connected: busy" })?.how).toBe("not_connected");
    expect(wentOf({ outcome: "Crew sent" })?.how).toBe("said");
  });
});

describe("the hand-over", () => {
  function handing(handOff: () => Promise<never>) {
    const all = new FakeEmergencies();
    const app = { explain: () => "away", signedOut: vi.fn() };
    const doors = {
      emergencyServices: async () => SERVICES, emergencies: async (open: boolean) => all.list(open), handOff,
      emergencyOutcome: async (id: number, text: string) => all.close(id, text, "aigul") as never,
    }; // prettier-ignore
    return { all, handing: new Handing("c-1", app, doors) };
  }

  test("the call is passed on though nothing could be written down, and that is said", async () => {
    const { handing: one } = handing(() => Promise.reject(new Problem(503, "unavailable", "")));
    const pass = vi.fn(async () => true);
    expect(await one.handOver(gas, "", pass)).toBe(true);
    expect(pass).toHaveBeenCalledOnce();
    expect(one.unwritten?.code).toBe("gas");
    expect(one.problem).toBe("away");
  });

  test("a register that does not answer keeps nobody waiting for longer than its limit", async () => {
    vi.useFakeTimers();
    const { handing: one } = handing(() => new Promise(() => undefined));
    const pass = vi.fn(async () => true);
    const done = one.handOver(gas, "", pass);
    await vi.advanceTimersByTimeAsync(WRITING_MS);
    expect(await done).toBe(true);
    vi.useRealTimers();
  });

  test("after a reload it is found again by its call", () => {
    const { all } = handing(() => Promise.reject(new Error()));
    const mine = all.add({ call: "c-1", service: "gas", how: "operator" }, "aigul");
    const passed = all.add({ call: "c-1", service: "gas", how: "transfer" }, "aigul");
    expect(ofCall(all.list(false), "c-1")).toEqual({ written: mine, passed });
    expect(ofCall(all.list(false), "c-2")).toEqual({ written: null, passed: null });
  });
});
