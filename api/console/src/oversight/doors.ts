/** The doors of notices, webhooks and the audit (docs/api.md); every path of them stands here and nowhere else. */
import type { Http } from "../lib/http";
import type { Slice } from "../lib/paged.svelte";
import { query } from "../register/doors";
import type { Delivery, Look, Notice, NoticeState, Webhook } from "./types";

export class OversightDoors {
  constructor(private readonly http: Http) {}

  /** Each look is audited, of these and of the audit itself. */
  notices = async (states: readonly NoticeState[], after: string): Promise<Slice<Notice>> => {
    const asked = new URLSearchParams(states.map((state) => ["state", state]));
    if (after) asked.set("after", after);
    const { notices, next } = await this.http.get<{ notices: Notice[]; next: string }>(`/api/notices?${asked}`);
    return { items: notices, next };
  };
  noticeAgain = (key: string): Promise<Notice> => this.http.ask("POST", "/api/notices/again", { key });

  webhooks = async (after: string): Promise<Slice<Webhook>> => {
    const { webhooks, next } = await this.http.get<{ webhooks: Webhook[]; next: string }>(`/api/webhooks${query({ after })}`);
    return { items: webhooks, next };
  };
  /** The secret is told this once. */
  addWebhook = (of: { url: string; events: string[]; secret?: string }): Promise<{ webhook: Webhook; secret: string }> =>
    this.http.ask("POST", "/api/webhooks", of);
  switchWebhook = (id: number, active: boolean): Promise<Webhook> => this.http.ask("PUT", `/api/webhooks/${id}`, { active });
  removeWebhook = (id: number): Promise<void> => this.http.ask("DELETE", `/api/webhooks/${id}`);
  testWebhook = (id: number): Promise<{ id: number }> => this.http.ask("POST", `/api/webhooks/${id}/test`);
  deliveries = async (id: number, after: string): Promise<Slice<Delivery>> => {
    const { deliveries, next } = await this.http.get<{ deliveries: Delivery[]; next: string }>(
      `/api/webhooks/${id}/deliveries${query({ after, limit: 20 })}`,
    );
    return { items: deliveries, next };
  };

  /** `bounds`: as `period.bounds` says it. */
  audit = async (bounds: string, login: string, what: string, after: string): Promise<Slice<Look>> => {
    const more = query({ login, what, after, limit: 100 }).replace("?", "&");
    const { entries, next } = await this.http.get<{ entries: Look[]; next: string }>(`/api/audit?${bounds}${more}`);
    return { items: entries, next };
  };
}
