import { beforeEach, describe, expect, test, vi } from "vitest";
import { colleagues } from "../dev/board";
import * as world from "../dev/world";
import { choices, dialled, folded } from "../src/desk/choices";
import { headline } from "../src/desk/headline";
import { actOf, KEYS, shown, spelled } from "../src/desk/keys";
import { Talk } from "../src/desk/talk.svelte";
import type { Pop } from "../src/lib/types";

const names = (query: string, consult = false) => choices(colleagues(), query, consult, "op1").map((choice) => choice.name);

describe("whom a call can be given to", () => {
  test("queues, operators and numbers; those who can take it come first, I am left out", () => {
    const all = choices(colleagues(), "", false, "op1");
    expect(all[0]?.kind).toBe("queue");
    expect(all.find((one) => one.kind === "operator")?.state).toBe("ready");
    expect(all.map((one) => one.key)).not.toContain("o-op1");
    const operators = all.filter((one) => one.kind === "operator");
    expect(operators.at(-1)?.barred).toBe("away");
    expect(operators.find((one) => one.key === "o-op7")?.barred).toBe("unreachable");
  });

  test("only the ready can be consulted, and no queue can", () => {
    const all = choices(colleagues(), "", true, "op1");
    expect(all.some((one) => one.kind === "queue")).toBe(false);
    expect(all.filter((one) => one.kind === "operator" && one.barred === "").map((one) => one.key)).toEqual(["o-op2"]);
  });

  test("a Russian keyboard finds Kazakh and Ukrainian names", () => {
    expect(names("халима омирзак")).toEqual(["Һалима Өмірзақ"]);
    expect(names("свитлана")).toEqual(["Світлана Верещагіна-Кириленко"]);
    expect(folded("Ғ’є")).toBe("ге");
  });

  test("a number is found by its digits, and any other can be dialled", () => {
    expect(choices(colleagues(), "112", false, "").map((one) => one.key)).toEqual(["n-112"]);
    expect(choices(colleagues(), "8 (701) 555-01-42", true, "").map((one) => one.target)).toEqual([{ number: "87015550142" }]);
    expect(["1", "+7", "12a", "", "1234567890123456"].map(dialled)).toEqual(["", "", "", "", ""]);
    expect(names("no such")).toEqual([]);
  });
});

test("the head of a pop says who is at the other end", () => {
  const talk = { ...world.ringing(), phase: "talking" as const };
  expect(headline(world.dialling()).title).toBe("dialling");
  expect(headline({ ...world.dialling(), dialling: false }).title).toBe("callback");
  expect(headline(world.helping())).toEqual({ title: "helper_ringing", hint: "pick_up" });
  expect(headline(talk).title).toBe("in_talk");
  expect(headline({ ...talk, phase: "wrap_up", kind: "callback" }).title).toBe("after_talk");
});

test("shortcuts go by the key's place and are all different", () => {
  const press = { altKey: true, ctrlKey: false, metaKey: false, repeat: false };
  expect(actOf({ ...press, code: "KeyK" })).toBe("consult");
  expect(actOf({ ...press, code: "KeyK", ctrlKey: true })).toBeNull();
  expect(actOf({ ...press, code: "KeyZ" })).toBeNull();
  expect(new Set(Object.values(KEYS)).size).toBe(Object.keys(KEYS).length);
  expect([shown("hold"), spelled("hold")]).toEqual(["Alt H", "Alt+H"]);
});

describe("handling the present call", () => {
  let pop: Pop;
  const command = vi.fn(async (_path: string, _body?: unknown) => true);
  const talk = () => new Talk({ state: { pop }, link: "open", command } as never);
  const paths = () => command.mock.calls.map(([path]) => path);

  beforeEach(() => {
    command.mockClear();
    pop = { ...world.ringing(), phase: "talking" };
  });

  test("hold, and back", async () => {
    await talk().toggleHold();
    pop = { ...pop, held: true };
    await talk().toggleHold();
    expect(paths()).toEqual(["/api/calls/c-1001/hold", "/api/calls/c-1001/resume"]);
  });

  test("a transfer closes the list when it was accepted, and leaves it open when not", async () => {
    const here = talk();
    here.pick("transfer");
    command.mockResolvedValueOnce(false);
    await here.give({ queue: "water" });
    expect(here.picking).toBe("transfer");
    await here.give({ operator: "op2" });
    expect(here.picking).toBe("");
    expect(command).toHaveBeenLastCalledWith("/api/calls/c-1001/transfer", { operator: "op2" });
  });

  test("during a consultation only its own ways are open, and joining needs an answer", async () => {
    pop = { ...pop, aside: { to: "operator:op2", name: "", state: "ringing" } };
    const here = talk();
    expect([here.can("hold"), here.can("pick"), here.can("join"), here.can("complete"), here.can("cancel")]).toEqual([
      false, false, false, false, true,
    ]);
    pop = { ...pop, aside: { to: "operator:op2", name: "", state: "talking" } };
    await talk().join();
    await talk().complete();
    expect(paths()).toEqual(["/api/calls/c-1001/consult/join", "/api/calls/c-1001/consult/complete"]);
  });

  test("one order at a time", async () => {
    const here = talk();
    await Promise.all([here.toggleHold(), here.toggleHold()]);
    expect(command).toHaveBeenCalledOnce();
  });

  test("a caller who refused is not recorded", async () => {
    pop = { ...pop, recording: "refused" };
    await talk().toggleRecording();
    pop = { ...pop, recording: "on" };
    await talk().toggleRecording();
    expect(command.mock.calls).toEqual([["/api/calls/c-1001/recording", { on: false }]]);
  });

  test("a helper, or whoever still rings, has no say over the call", async () => {
    pop = { ...pop, role: "helper" };
    await talk().toggleHold();
    pop = world.ringing();
    await talk().toggleHold();
    expect(command).not.toHaveBeenCalled();
  });
});
