/** Invented notices, webhooks with their deliveries, and an audit. */
import type { Delivery, Look, Notice, NoticeState, Webhook } from "../../src/oversight/types.ts";
import type { Answer } from "../routes.ts";
import { ago } from "../world.ts";
import type { Asked } from "./routes.ts";

const KINDS = ["restored", "verify", "assigned", "expected_moved", "late", "call_out", "emergency", "state"];
const STATES: NoticeState[] = ["sent", "sent", "pending", "sent", "unclear", "sent", "failed", "dropped"];
const RESULTS: Record<NoticeState, string> = {
  pending: "", claimed: "", sent: "1", failed: "no answer after 3 calls", unclear: "the connection broke after the request", dropped: "too late",
}; // prettier-ignore
const WHAT = ["ticket", "tickets", "audit", "ticket_edit", "outage_ties", "recording", "contact", "calls", "erased"];
const SUBJECT = ["26-000170-0", "state=open", "", "26-000141-0", "1", "c-1001", "26-000170-0", "2026-11-01T00:00:00+00:00/", "sha256:5f2c"];

function notice(n: number): Notice {
  const state = STATES[n % STATES.length] ?? "sent";
  return {
    key: `notice:${n}`, about: n % 3 === 0 ? "outage:1" : `ticket:26-000${100 + n}-0`, what: KINDS[n % KINDS.length] ?? "state", channel: n % 4 === 3 ? "sms" : "call",
    address: `+770155501${String(n % 100).padStart(2, "0")}`, language: n % 2 ? "ru" : "kk", state, attempts: state === "pending" ? n % 2 : 1 + (n % 3), result: RESULTS[state],
    next_at: state === "pending" ? ago(-600) : null, settled_at: state === "pending" ? null : ago(n * 400), created_at: ago(n * 420 + 60),
  }; // prettier-ignore
}

export class FakeOversight {
  notices = Array.from({ length: 120 }, (_, n) => notice(n));
  looks: Look[] = Array.from({ length: 230 }, (_, n) => ({
    at: ago(n * 90 + 5), login: n % 4 ? "dana" : "aigul", what: WHAT[n % WHAT.length] ?? "audit", subject: SUBJECT[n % SUBJECT.length] ?? "",
  })); // prettier-ignore
  webhooks: Webhook[] = [
    { id: 1, url: "https://city.example/hotline/events", events: ["ticket.*", "outage.*"], active: true, stopped: "", failures: 0, created_at: ago(864_000), created_by: "dana" },
    { id: 2, url: "http://10.0.4.12:8080/hook", events: [], active: false, stopped: "failing", failures: 20, created_at: ago(1_964_000), created_by: "dana" },
  ];
  deliveries = new Map<number, Delivery[]>([
    [1, Array.from({ length: 30 }, (_, n) => this.delivery(4_700 - n, "ticket.assign", n === 2 ? "failed" : "sent", n * 300))],
  ]);

  answer(asked: Asked, noun: string, rest: string[]): Answer {
    if (asked.staff.role !== "manager") return [403, { code: "forbidden" }];
    if (noun === "notices") return this.noticeDoor(asked, rest);
    if (noun === "webhooks") return this.webhookDoor(asked, rest);
    const [login, what] = [asked.query.get("login"), asked.query.get("what")];
    const [items, next] = page(this.looks.filter((one) => (!login || one.login === login) && (!what || one.what === what)), asked.query);
    return [200, { entries: items, next }];
  }

  private delivery(id: number, event: string, state: Delivery["state"], age_s: number): Delivery {
    const status = state === "pending" ? null : state === "sent" ? 200 : 502;
    return { id, event, at: ago(age_s), body: { number: "26-000170-0" }, state, status, attempts: state === "failed" ? 7 : 1, next_at: null, settled_at: ago(age_s - 1) };
  }

  private noticeDoor({ method, body, query }: Asked, [again]: string[]): Answer {
    if (method === "POST" && again === "again") {
      const one = this.notices.find(({ key }) => key === body["key"]);
      if (!one) return [404, { code: "not_found" }];
      Object.assign(one, { state: "pending", attempts: 0, settled_at: null, next_at: ago(0) });
      return [200, one];
    }
    const states = query.getAll("state");
    const [items, next] = page(this.notices.filter(({ state }) => states.length === 0 || states.includes(state)), query);
    return [200, { notices: items, next }];
  }

  private webhookDoor({ method, body, query, staff }: Asked, [first, part]: string[]): Answer {
    if (first === undefined && method === "GET") return [200, { webhooks: this.webhooks, next: "" }];
    if (first === undefined) {
      const made: Webhook = {
        id: this.webhooks.length + 10, url: String(body["url"]), events: body["events"] as string[], active: true, stopped: "", failures: 0, created_at: ago(0), created_by: staff.login,
      }; // prettier-ignore
      this.webhooks.push(made);
      return [201, { webhook: made, secret: body["secret"] || "whsec_invented" }];
    }
    const one = this.webhooks.find(({ id }) => id === Number(first));
    if (!one) return [404, { code: "not_found" }];
    const sent = this.deliveries.get(one.id) ?? [];
    if (part === "deliveries") {
      const [items, next] = page(sent, query);
      return [200, { deliveries: items, next }];
    }
    if (part === "test") {
      const made = this.delivery(5_000 + sent.length, "webhook.test", "sent", 0);
      this.deliveries.set(one.id, [made, ...sent]);
      return [202, { id: made.id }];
    }
    if (method === "DELETE") this.webhooks = this.webhooks.filter((each) => each !== one);
    else Object.assign(one, { active: body["active"], stopped: "", failures: 0 });
    return method === "DELETE" ? [204, null] : [200, one];
  }
}

function page<T>(all: T[], query: URLSearchParams): [T[], string] {
  const [from, limit] = [Number(query.get("after") || 0), Number(query.get("limit") || 50)];
  return [all.slice(from, from + limit), from + limit < all.length ? String(from + limit) : ""];
}
