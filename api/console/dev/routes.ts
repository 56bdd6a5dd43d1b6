/** docs/api.md, played: which invented answer each verb and path has. */
import type { Group, Interval } from "../src/lib/report.ts";
import { colleagues, wallboard } from "./board.ts";
import { FakeDesk } from "./desk.ts";
import { figures, staffing } from "./figures.ts";
import { calls, History } from "./history.ts";
import { type Asked, FakeRegister } from "./register/routes.ts";
import { byItself, play } from "./scenes.ts";
import { FakeStorm } from "./storm.ts";
import * as world from "./world.ts";

export type Answer = [status: number, value: unknown];
type Body = Record<string, never>;

export class Fake {
  desk = new FakeDesk();
  history = new History();
  register = new FakeRegister();
  storm = new FakeStorm(this.register);
  /** No history at all, or no answer at all: for the pages' other faces. */
  empty = false;
  broken = false;
  heard: { operator: string; mode: string } | null = null;

  scene(name: string): Answer {
    if (name === "reset") {
      const register = new FakeRegister();
      Object.assign(this, { history: new History(), register, storm: new FakeStorm(register), empty: false, broken: false, heard: null });
    } else if (name === "storm") this.storm.begin();
    else if (name === "calm") this.storm.calm();
    else if (this.storm.walk(name)) return [204, null];
    else if (name === "empty") this.empty = !this.empty;
    else if (name === "broken") this.broken = !this.broken;
    else if (name === "quicker") this.register.quicker = true;
    else return play(this.desk, name) ? [204, null] : [404, { code: "not_found" }];
    if (name === "reset") this.desk.signIn();
    return [204, null];
  }

  board = () => {
    const login = "op0"; // his name in the crew
    const me = { ...this.desk.operator, operator: login };
    return { ...wallboard(me), rung: this.storm.rung };
  };
}

const OK = (value: unknown = null): Answer => [value === null ? 204 : 200, value];

type More = Pick<Asked, "file" | "type" | "match" | "key" | "language">;

export function answer(fake: Fake, who: string, method: string, url: URL, body: Body, more: More): Answer {
  const staff = world.STAFF[who];
  const route = `${method} ${url.pathname}`;
  if (route === "GET /health") return [200, { status: "ok", parts: { redis: { ok: !fake.desk.silent } } }];
  if (!staff) return [401, { code: "not_signed_in" }];
  if (route === "GET /api/session") return [200, { staff }];
  if (fake.broken) return [503, { code: "unavailable" }];
  const mine = staff.role === "manager" ? manager(fake, route, url, body) : staff.role === "operator" ? operator(fake, route, body) : null;
  const language = more.language || staff.language;
  const asked = { ...more, language, staff, method, path: url.pathname, query: url.searchParams, body };
  return mine ?? shared(route, url) ?? fake.storm.answer(asked) ?? fake.register.answer(asked) ?? [404, { code: "not_found" }];
}

function operator(fake: Fake, route: string, body: Body): Answer | null {
  const { desk } = fake;
  const refused = (refusal: Answer | null): Answer => refusal ?? OK();
  const [, verb] = /^POST \/api\/calls\/[^/]+\/(hold|resume|transfer|consult|consult\/\w+|recording)$/.exec(route) ?? [];
  if (verb) return refused(desk.handle(verb, body));
  if (/^PUT .*\/fields$/.test(route)) return OK(desk.mend(body));
  if (/^POST .*\/ticket$/.test(route)) return OK(fake.register.tickets.take(desk.confirm(body)));
  switch (route) {
    case "POST /api/operator/ready":
      if (desk.pop === null) byItself(desk);
      return OK(desk.operator);
    case "POST /api/operator/pause":
      if (desk.pop === null) desk.set("paused", body["reason"]);
      return OK(desk.operator);
    case "POST /api/operator/decline":
      desk.end("taken_back", "paused", "declined");
      return OK(desk.operator);
    case "POST /api/operator/wrap-up/done":
      desk.end("done", "ready");
      return OK(desk.operator);
    case "POST /api/operator/wrap-up/extend":
      return desk.extend(Number(body["seconds"])) ?? OK(desk.operator);
    case "POST /api/operator/queues":
      desk.change({ joined: body["joined"] ?? [] });
      return OK(desk.operator);
    case "GET /api/colleagues":
      return OK(colleagues());
    default:
      return null;
  }
}

function manager(fake: Fake, route: string, url: URL, body: Body): Answer | null {
  const ask = url.searchParams;
  const [, abandoned] = /^POST \/api\/abandoned\/(.+)\/callback$/.exec(route) ?? [];
  if (abandoned) {
    const callback = fake.history.callBack(abandoned);
    return callback ? [200, callback] : [404, { code: "not_found" }];
  }
  const [, callback] = /^DELETE \/api\/callbacks\/(.+)$/.exec(route) ?? [];
  if (callback) return fake.history.cancel(callback) ? OK() : [404, { code: "unknown" }];
  if (/^POST \/api\/operators\/.+\/sign-out$/.test(route)) return OK();
  switch (route) {
    case "GET /api/wallboard":
      return OK(fake.board());
    case "POST /api/supervision":
      fake.heard = { operator: String(body["operator"]), mode: String(body["mode"]) };
      return OK(body);
    case "DELETE /api/supervision":
      fake.heard = null;
      return OK();
    case "GET /api/figures": {
      const [since, until] = [Date.parse(ask.get("since") ?? ""), Date.parse(ask.get("until") ?? "")];
      return OK({ figures: fake.empty ? [] : figures(since, until, ask.get("every") as Interval, ask.get("by") as Group) });
    }
    case "GET /api/staffing": {
      const plan = staffing(ask.get("queue") ?? "", Number(ask.get("hours") ?? 8), Number(ask.get("operators") ?? NaN));
      return OK(fake.empty ? { ...plan, hours: [] } : plan);
    }
    case "GET /api/abandoned":
      return OK({ abandoned: fake.empty ? [] : fake.history.abandoned });
    case "GET /api/callbacks":
      return OK({ callbacks: fake.empty ? [] : fake.history.callbacks });
    case "GET /api/calls":
      return OK({ calls: fake.empty ? [] : calls() });
    default:
      return null;
  }
}

function shared(route: string, url: URL): Answer | null {
  if (route === "GET /api/topics") return OK({ topics: world.TOPICS });
  if (/\/houses$/.test(route)) return OK({ houses: world.HOUSES });
  if (route === "GET /api/streets") {
    const q = (url.searchParams.get("q") ?? "").toLowerCase();
    return OK({ streets: world.STREETS.filter((s) => s.name.toLowerCase().includes(q)) });
  }
  return null;
}
