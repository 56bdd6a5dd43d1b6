/** The invented operator's desk: one operator, one call, and what both do when told. */
import type { WebSocket } from "ws";
import { type Field, FIELD_NAMES, type FieldName, type Operator, type Pop, type QueueLoad, type Ticket } from "../src/lib/types.ts";
import { colleagues, nameOf } from "./board.ts";
import * as world from "./world.ts";

export type Refusal = [number, { code: string }];
const NOT_ALLOWED: Refusal = [409, { code: "not_allowed" }];
const WRAP_UP_MS = 30_000;

export class FakeDesk {
  seq = 0;
  socket: WebSocket | null = null;
  operator = world.operator("paused", "signed_in");
  pop: Pop | null = null;
  said = 2;
  overheard = 0;
  silent = false;
  tickets: Ticket[] = [];
  private timers: NodeJS.Timeout[] = [];

  tell(type: string, data: unknown): void {
    if (!this.silent) this.socket?.send(JSON.stringify({ seq: ++this.seq, type, data }));
  }

  join(socket: WebSocket): void {
    this.socket?.close(4001, "signed in elsewhere");
    this.socket = socket;
    this.seq = 0;
    this.tell("snapshot", { operator: this.operator, pop: this.pop, queues: this.queues() });
    const beat = setInterval(() => this.tell("ping", {}), 1_000);
    socket.on("close", () => clearInterval(beat));
  }

  signIn(): void {
    this.quiet();
    [this.pop, this.silent, this.operator] = [null, false, world.operator("paused", "signed_in")];
  }

  /** His own and those he helps. */
  queues(): QueueLoad[] {
    return world.queues().filter(({ queue }) => queue !== "power" || this.operator.joined.includes(queue));
  }

  change(change: Partial<Operator>): void {
    this.operator = { ...this.operator, ...change };
    this.tell("operator", this.operator);
    if (change.joined) this.tell("queues", this.queues());
  }

  set(state: Operator["state"], reason = "", until: string | null = null): void {
    const { joined } = this.operator;
    this.change({ ...world.operator(state, reason, until), joined });
  }

  later(ms: number, what: () => void): void {
    this.timers.push(setTimeout(what, ms));
  }

  quiet(): void {
    this.timers.splice(0).forEach(clearTimeout);
  }

  show(change: Partial<Pop>): void {
    if (!this.pop) return;
    this.pop = { ...this.pop, ...change };
    this.tell("pop", this.pop);
  }

  ring(pop: Pop): void {
    this.quiet();
    [this.said, this.overheard] = [2, 0];
    this.set("offered", "", new Date(Date.now() + 15_000).toISOString());
    this.pop = pop;
    this.tell("pop", pop);
  }

  talk(): void {
    this.set("talking");
    this.show({ phase: "talking", dialling: false });
  }

  wrapUp(): void {
    this.quiet();
    this.set("wrap_up", "", new Date(Date.now() + WRAP_UP_MS).toISOString());
    this.show({ phase: "wrap_up", aside: null, held: false });
  }

  end(why: string, state: "ready" | "paused", reason = ""): void {
    this.quiet();
    if (this.pop) this.tell("pop_gone", { call: this.pop.call, why });
    this.pop = null;
    this.set(state, reason);
  }

  hear(): void {
    this.said = Math.min(this.said + 1, world.SAID.length - 1);
    const now = world.SAID[this.said];
    if (!this.pop || !now) return;
    const words = this.pop.words.at(-1)?.final ? [...this.pop.words, now] : [...this.pop.words.slice(0, -1), now];
    const topic = this.pop.fields.topic;
    this.show({ words, fields: { ...this.pop.fields, ...(topic ? { topic: { ...topic, confidence: 0.9 } } : {}) } });
  }

  /** The next words of the talk, of both sides, and the fields that they fill. */
  overhear(): void {
    const said = world.TALK[this.overheard];
    if (!this.pop || !said) return;
    this.overheard++;
    const at = new Date().toISOString();
    const before = this.pop.words;
    const last = before.at(-1);
    const words = { ...said.words, at: last && !last.final && last.at ? last.at : at };
    const fields = { ...this.pop.fields };
    for (const [name, field] of Object.entries(said.fields) as [FieldName, Field][])
      if (fields[name]?.source !== "operator") fields[name] = { ...field, at };
    this.show({ words: [...(last?.final === false ? before.slice(0, -1) : before), words], fields });
  }

  /** What is done with a talk: `hold`, `consult/join`, ... as in the doors' paths. */
  handle(verb: string, body: Record<string, unknown>): Refusal | null {
    const { pop } = this;
    if (pop?.phase !== "talking" || pop.role !== "owner") return NOT_ALLOWED;
    const aside = pop.aside;
    if (verb === "hold" || verb === "resume") this.show({ held: verb === "hold" });
    else if (verb === "recording") {
      if (pop.recording === "refused" || pop.recording === "forbidden") return NOT_ALLOWED;
      this.show({ recording: body["on"] ? "on" : "off" });
    } else if (verb === "transfer") this.wrapUp();
    else if (verb === "consult") return this.consult(body);
    else if (!aside) return NOT_ALLOWED;
    else if (verb === "consult/join") this.show({ aside: { ...aside, state: "joined" }, held: false });
    else if (verb === "consult/complete") this.wrapUp();
    else if (verb === "consult/cancel") this.show({ aside: null, held: false });
    return null;
  }

  private consult(body: Record<string, unknown>): Refusal | null {
    const login = String(body["operator"] ?? "");
    const number = String(body["number"] ?? "");
    const found = colleagues().operators.find((one) => one.operator === login);
    if (login && found?.state !== "ready") return NOT_ALLOWED;
    const name = login ? nameOf(login) : (world.NUMBERS.find((one) => one.number === number)?.name ?? "");
    this.show({ held: true, aside: { to: login ? `operator:${login}` : `number:${number}`, name, state: "ringing" } });
    this.later(3_000, () => this.pop?.aside?.state === "ringing" && this.answerAside());
    return null;
  }

  /** The one who is consulted picks up. */
  answerAside(): void {
    if (this.pop?.aside) this.show({ aside: { ...this.pop.aside, state: "talking" } });
  }

  extend(seconds: number): Refusal | null {
    const { state, until, extensions_left } = this.operator;
    if (state !== "wrap_up" || extensions_left === 0) return NOT_ALLOWED;
    const later = new Date(Date.parse(until ?? "") + seconds * 1000).toISOString();
    this.change({ until: later, extensions_left: extensions_left - 1 });
    return null;
  }

  mend(body: Record<string, string>): Pop | null {
    if (!this.pop) return null;
    const fields = { ...this.pop.fields };
    for (const name of FIELD_NAMES)
      if (body[name] !== undefined)
        fields[name] = {
          value: body[name], ref: name === "street" ? String(body["street_id"] ?? "") : "", confidence: 1, source: "operator", words: "",
        };
    this.show({ fields, note: body["note"] ?? this.pop.note });
    return this.pop;
  }

  confirm(body: Record<string, string>): Ticket {
    const number = this.pop?.ticket?.number ?? `26-000${124 + this.tickets.length}-${(this.tickets.length * 7 + 3) % 10}`;
    const street = world.STREETS.find((s) => s.id === Number(body["street_id"]))?.name ?? "";
    const ticket = {
      number, state: "registered", call: this.pop?.call ?? "", caller: this.pop?.caller ?? "", street_id: Number(body["street_id"]),
      street, house: body["house"] ?? "", flat: body["flat"] ?? "", topic: body["topic"] ?? "", words: "", note: body["note"] ?? "",
      language: "kk", operator: "aigul", confirmed: true, filed: true, created_at: new Date().toISOString(),
    } as Ticket;
    if (!this.pop?.ticket) this.tickets.unshift(ticket);
    this.show({ ticket: { number, confirmed: true, filed: true } });
    return ticket;
  }
}
