/** What leaves the house and who looked at what, as docs/api.md sends it. Times are ISO 8601. */
export const NOTICE_STATES = ["pending", "claimed", "sent", "failed", "unclear", "dropped"] as const;
export type NoticeState = (typeof NOTICE_STATES)[number];
export type NoticeChannel = "call" | "sms" | "webhook" | "none";

/** One thing told to one party, once. */
export interface Notice {
  key: string;
  /** `outage:12`, `ticket:26-000123-4` */
  about: string;
  what: string;
  channel: NoticeChannel;
  address: string;
  language: string;
  state: NoticeState;
  attempts: number;
  /** A digit pressed, the gateway's answer, a reason. */
  result: string;
  next_at: string | null;
  settled_at: string | null;
  created_at: string | null;
}

export interface Webhook {
  id: number;
  url: string;
  /** None: all of them. */
  events: string[];
  active: boolean;
  /** Why it is off when nobody has said so. */
  stopped: "" | "failing" | "gone";
  /** Deliveries given up in a row. */
  failures: number;
  created_at: string | null;
  created_by: string;
}

export interface Delivery {
  id: number;
  event: string;
  at: string;
  body: Record<string, unknown>;
  state: "pending" | "sent" | "failed";
  /** The last answer's; null when none came. */
  status: number | null;
  attempts: number;
  next_at: string | null;
  settled_at: string | null;
}

export interface Look {
  at: string;
  login: string;
  what: string;
  subject: string;
}
