/** Plays docs/api.md to the pages: one operator's desk, one invented call, one wallboard. For development only.
 *
 * Any password but `wrong` signs in as `aigul` (operator) or `dana` (manager). Scenes are changed with
 * `POST /fake/{idle|ringing|korean|talking|wrap_up|hear|left|drop|elsewhere|silent}`; with nobody at the levers a call comes
 * 5 s after Ready, is picked up after 8 s more and talks on.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";
import { type WebSocket, WebSocketServer } from "ws";
import type { Pop, Ticket } from "../src/lib/types.ts";
import * as world from "./world.ts";

class Fake {
  who = "";
  seq = 0;
  desk: WebSocket | null = null;
  operator = world.operator("paused", "signed_in");
  pop: Pop | null = null;
  said = 2;
  silent = false;
  tickets: Ticket[] = [];
  private timers: NodeJS.Timeout[] = [];

  tell(type: string, data: unknown): void {
    if (!this.silent) this.desk?.send(JSON.stringify({ seq: ++this.seq, type, data }));
  }

  join(socket: WebSocket): void {
    this.desk?.close(4001, "signed in elsewhere");
    this.desk = socket;
    this.seq = 0;
    this.tell("snapshot", { operator: this.operator, pop: this.pop, queues: world.queues() });
    const beat = setInterval(() => this.tell("ping", {}), 1_000);
    socket.on("close", () => clearInterval(beat));
  }

  set(state: Parameters<typeof world.operator>[0], reason = "", until: string | null = null): void {
    this.operator = world.operator(state, reason, until);
    this.tell("operator", this.operator);
  }

  later(ms: number, what: () => void): void {
    this.timers.push(setTimeout(what, ms));
  }

  ready(): void {
    this.set("ready");
    this.later(5_000, () => this.scene("ringing"));
    this.later(13_000, () => this.scene("talking"));
    for (const s of [7, 9, 11, 15, 17]) this.later(s * 1_000, () => this.scene("hear"));
  }

  show(change: Partial<Pop>): void {
    if (!this.pop) return;
    this.pop = { ...this.pop, ...change };
    this.tell("pop", this.pop);
  }

  scene(name: string): void {
    if (this.silent && name !== "silent") this.desk?.terminate(); // it comes back and is told everything
    this.silent = name === "silent";
    if (name === "idle") this.end("taken_back", "ready");
    if (name === "left") this.end("caller_left", "ready");
    if (name === "ringing" || name === "korean") {
      this.said = 2;
      this.set("offered", "", new Date(Date.now() + 15_000).toISOString());
      this.pop = name === "ringing" ? world.ringing() : world.korean();
      this.tell("pop", this.pop);
    }
    if (name === "talking") {
      this.set("talking");
      this.show({ phase: "talking" });
    }
    if (name === "wrap_up") {
      this.set("wrap_up", "", new Date(Date.now() + 30_000).toISOString());
      this.show({ phase: "wrap_up" });
    }
    if (name === "hear") this.hear();
    if (name === "drop") this.desk?.terminate();
    if (name === "elsewhere") this.desk?.close(4001, "signed in elsewhere");
  }

  hear(): void {
    this.said = Math.min(this.said + 1, world.SAID.length - 1);
    const now = world.SAID[this.said];
    if (!this.pop || !now) return;
    const words = this.pop.words.at(-1)?.final ? [...this.pop.words, now] : [...this.pop.words.slice(0, -1), now];
    const topic = this.pop.fields.topic;
    this.show({ words, fields: { ...this.pop.fields, ...(topic ? { topic: { ...topic, confidence: 0.9 } } : {}) } });
  }

  end(why: string, state: "ready" | "paused"): void {
    this.timers.splice(0).forEach(clearTimeout);
    if (this.pop) this.tell("pop_gone", { call: this.pop.call, why });
    this.pop = null;
    this.set(state);
  }

  mend(body: Record<string, string>): Pop | null {
    if (!this.pop) return null;
    const fields = { ...this.pop.fields };
    for (const name of ["street", "house", "flat", "topic"] as const)
      if (body[name] !== undefined)
        fields[name] = { value: body[name], ref: name === "street" ? String(body["street_id"] ?? "") : "", confidence: 1, source: "operator", words: "" };
    this.show({ fields, note: body["note"] ?? this.pop.note });
    return this.pop;
  }

  confirm(body: Record<string, string>): Ticket {
    const number = this.pop?.ticket?.number ?? `26-000${124 + this.tickets.length}-${(this.tickets.length * 7 + 3) % 10}`;
    const street = world.STREETS.find((s) => s.id === Number(body["street_id"]))?.name ?? "";
    const ticket = {
      number, state: "open", call: this.pop?.call ?? "", caller: this.pop?.caller ?? "", street_id: Number(body["street_id"]),
      street, house: body["house"] ?? "", flat: body["flat"] ?? "", topic: body["topic"] ?? "", words: "", note: body["note"] ?? "",
      language: "kk", operator: "aigul", confirmed: true, filed: true, created_at: new Date().toISOString(),
    } as Ticket;
    if (!this.pop?.ticket) this.tickets.unshift(ticket);
    this.show({ ticket: { number, confirmed: true, filed: true } });
    return ticket;
  }
}

function answer(fake: Fake, method: string, url: URL, body: Record<string, string>): [number, unknown] {
  const staff = world.STAFF[fake.who];
  const route = `${method} ${url.pathname}`;
  const scene = /^POST \/fake\/(\w+)$/.exec(route)?.[1];
  if (scene) return fake.scene(scene), [204, null];
  if (route === "POST /api/session") {
    if (body["password"] === "wrong" || !world.STAFF[body["login"] ?? ""]) return [401, { code: "wrong_password" }];
    fake.who = body["login"] ?? "";
    [fake.pop, fake.silent, fake.operator] = [null, false, world.operator("paused", "signed_in")];
    return [200, { staff: world.STAFF[fake.who] }];
  }
  if (route === "GET /health") return [200, { status: "ok", parts: { redis: { ok: !fake.silent } } }];
  if (!staff) return [401, { code: "not_signed_in" }];
  if (route === "GET /api/session") return [200, { staff }];
  if (route === "DELETE /api/session") return (fake.who = ""), [204, null];
  if (route === "POST /api/operator/ready") return fake.ready(), [200, fake.operator];
  if (route === "POST /api/operator/pause") return fake.set("paused", body["reason"]), [200, fake.operator];
  if (route === "POST /api/operator/decline") return fake.end("taken_back", "paused"), [200, fake.operator];
  if (route === "POST /api/operator/wrap-up/done") return fake.end("done", "ready"), [200, fake.operator];
  if (/^PUT .*\/fields$/.test(route)) return [200, fake.mend(body)];
  if (/^POST .*\/ticket$/.test(route)) return [200, fake.confirm(body)];
  if (route === "GET /api/topics") return [200, { topics: world.TOPICS }];
  if (route === "GET /api/tickets") return [200, { tickets: fake.tickets }];
  if (/\/houses$/.test(route)) return [200, { houses: world.HOUSES }];
  if (route === "GET /api/wallboard") return [200, world.wallboard()];
  if (route === "GET /api/streets") {
    const q = (url.searchParams.get("q") ?? "").toLowerCase();
    return [200, { streets: world.STREETS.filter((s) => s.name.toLowerCase().includes(q)) }];
  }
  const number = /^GET \/api\/tickets\/(.+)$/.exec(route)?.[1];
  const ticket = fake.tickets.find((t) => t.number === number);
  return ticket ? [200, ticket] : [404, { code: "not_found" }];
}

async function serve(fake: Fake, request: IncomingMessage, response: ServerResponse, next: () => void): Promise<void> {
  const url = new URL(request.url ?? "/", "http://fake");
  if (!/^\/(api\/|fake\/|health$)/.test(url.pathname)) return next();
  if (url.pathname === "/api/wallboard/events") {
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
    let id = 0;
    const tell = () => response.write(`id: ${++id}\nevent: wallboard\ndata: ${JSON.stringify(world.wallboard())}\n\n`);
    const timer = setInterval(() => fake.silent || tell(), 1_000);
    tell();
    return void request.on("close", () => clearInterval(timer));
  }
  let text = "";
  for await (const chunk of request) text += String(chunk);
  const [status, value] = answer(fake, request.method ?? "GET", url, text === "" ? {} : JSON.parse(text));
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(status === 204 ? undefined : JSON.stringify(value));
}

export function fakeServer(): Plugin {
  return {
    name: "kezek-fake",
    configureServer(server) {
      const fake = new Fake();
      const sockets = new WebSocketServer({ noServer: true });
      server.middlewares.use((request, response, next) => void serve(fake, request, response, next));
      server.httpServer?.on("upgrade", (request, socket, head) => {
        if (request.url !== "/api/desk") return;
        sockets.handleUpgrade(request, socket, head, (ws) => (fake.who === "" ? ws.close(4003) : fake.join(ws)));
      });
    },
  };
}
