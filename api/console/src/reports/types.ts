/** What the reports' doors tell (docs/api.md). Times are in hours, `waited_s` in seconds. */
export const BYS = ["topic", "kind", "organisation", "territory", "channel", "operator", "day", "month"] as const;
export type By = (typeof BYS)[number];

export interface ReportLine {
  key: string;
  /** '' where the page has its own word: kinds, channels, days. */
  title: string;
  registered: number;
  open: number;
  closed: number;
  refused: number;
  on_time: number;
  late: number;
  overdue: number;
  reopened: number;
  to_close_h: number | null;
}

export interface Report {
  by: By;
  since: string;
  until: string;
  lines: ReportLine[];
  total: ReportLine;
}

export interface Repeat {
  street: string;
  house: string;
  flat: string;
  topic: string;
  topic_title: string;
  /** Oldest first. */
  numbers: string[];
  last_at: string;
  open: number;
}

export interface Overdue {
  number: string;
  topic: string;
  topic_title: string;
  organisation_title: string;
  street: string;
  house: string;
  due_at: string;
  late_h: number;
}

export interface OutageLine {
  outage_id: number;
  topic: string;
  topic_title: string;
  level: 1 | 2 | 3;
  starts_at: string;
  expected_at: string | null;
  ended_at: string | null;
  households: number;
}

export interface Day {
  day: string;
  total: ReportLine;
  kinds: ReportLine[];
  topics: ReportLine[];
  organisations: ReportLine[];
  overdue: Overdue[];
  outages: OutageLine[];
  emergencies: number;
  calls: Record<string, number>;
  waited_s: number | null;
}
