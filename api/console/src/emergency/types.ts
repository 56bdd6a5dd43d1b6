/** Of emergencies, as docs/api.md sends them. */
import type { Names } from "../register/types";

export interface Question {
  code: string;
  kind: "yes_no" | "number" | "words";
  names: Names;
}

export interface Service {
  code: string;
  /** As it is dialled here. */
  number: string;
  region: string;
  names: Names;
  questions: Question[];
  /** Topics that lead to it. */
  topics: string[];
  /** What the caller is told at once. */
  say: Names;
}

export interface Emergency {
  id: number;
  call: string;
  ticket: string;
  /** A service's code. */
  service: string;
  /** operator: written down by one; transfer: the call itself was given to the service. */
  how: "transfer" | "conference" | "sms" | "webhook" | "operator";
  context: string;
  answers: Record<string, string>;
  handed_at: string;
  handed_by: string;
  /** '' while it is open. */
  outcome: string;
  outcome_at: string | null;
  outcome_by: string;
}
