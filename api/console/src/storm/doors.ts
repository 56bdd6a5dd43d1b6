/** The doors of storms (docs/api.md), one method for each; every path of them stands here and nowhere else. */
import type { Http } from "../lib/http";
import { query } from "../register/doors";
import type { ExecutorOutage, Level, Outage } from "../register/outage_types";
import type { Area } from "../register/types";
import type {
  Addition, Bulletin, BulletinDraft, CrewWord, CrewWordDraft, ExecutorSuspicion, FirstHelpLine, Ladder, PresentRung, Report, RungName, StillOut,
  Suspicion, SuspicionState,
} from "./types"; // prettier-ignore

export interface Confirmed {
  level: Level;
  topic: string;
  expected_at: string | null;
  words: Record<string, string>;
}

export class StormDoors {
  constructor(private readonly http: Http) {}

  private post = <T>(path: string, body?: unknown): Promise<T> => this.http.ask<T>("POST", path, body);

  // the ladder
  ladder = (): Promise<Ladder> => this.http.get("/api/ladder");
  /** For whoever answers calls. */
  presentRung = (): Promise<PresentRung> => this.http.get("/api/ladder/rung");
  /** `n`: of the rung that was read. */
  setRung = (name: RungName, held: boolean, why: string, n: number): Promise<Ladder> =>
    this.http.ask("PUT", "/api/ladder", { name, held, why, n });

  // suspicions
  suspicions = async (state: SuspicionState | "", limit = 50): Promise<Suspicion[]> =>
    (await this.http.get<{ suspicions: Suspicion[] }>(`/api/suspicions${query({ state, limit })}`)).suspicions;
  reports = (id: number, after = ""): Promise<{ reports: Report[]; next: string }> =>
    this.http.get(`/api/suspicions/${id}/reports${query({ after })}`);
  confirm = (id: number, told: Confirmed): Promise<Outage> => this.post(`/api/suspicions/${id}/confirm`, told);
  dismiss = (id: number, why: string): Promise<Suspicion> => this.post(`/api/suspicions/${id}/dismiss`, { why });
  /** Its own outage gets its areas; an open one becomes a part of the outage that is named. */
  extend = (id: number, outage_id?: number): Promise<Outage> =>
    this.post(`/api/suspicions/${id}/extend`, outage_id === undefined ? undefined : { outage_id });

  // what crews say
  saidOf = (of: "suspicions" | "outages", id: number, word: CrewWordDraft): Promise<CrewWord> => this.post(`/api/${of}/${id}/word`, word);
  /** The organisation is his own. */
  say = (of: "suspicions" | "outages", id: number, { says, areas, why }: CrewWordDraft): Promise<CrewWord> =>
    this.post(`/api/executor/${of}/${id}/word`, { says, areas, why });
  myTroubles = (): Promise<{ suspicions: ExecutorSuspicion[]; outages: ExecutorOutage[] }> => this.http.get("/api/executor/troubles");

  // what callers add
  unhandled = async (): Promise<Addition[]> => (await this.http.get<{ additions: Addition[] }>("/api/additions")).additions;
  additions = async (outage: number): Promise<Addition[]> =>
    (await this.http.get<{ additions: Addition[] }>(`/api/outages/${outage}/additions`)).additions;
  handled = (one: Pick<Addition, "id" | "outage_id">, note: string): Promise<Addition> =>
    this.post(`/api/outages/${one.outage_id}/additions/${one.id}/handled`, { note });

  // the end of an outage
  restore = (id: number, areas: readonly Area[], why: string): Promise<Outage> => this.post(`/api/outages/${id}/restore`, { areas, why });
  reopen = (id: number, of: { why?: string; step?: number; areas?: readonly Area[] } = {}): Promise<Outage> =>
    this.post(`/api/outages/${id}/reopen`, of);
  stillOut = (id: number): Promise<StillOut> => this.http.get(`/api/outages/${id}/still_out`);
  callOut = (id: number): Promise<Outage> => this.post(`/api/outages/${id}/call_out`);
  lifeSafety = async (id: number): Promise<FirstHelpLine[]> =>
    (await this.http.get<{ lines: FirstHelpLine[] }>(`/api/outages/${id}/life_safety${query({ lifts: "true" })}`)).lines;
  seenTo = (id: number, building_id: number, done: boolean): Promise<FirstHelpLine> =>
    this.post(`/api/outages/${id}/life_safety`, { building_id, done });
  report = <T>(id: number, language: string): Promise<T> => this.http.get(`/api/outages/${id}/report${query({ language })}`);

  // bulletins
  bulletins = (): Promise<{ bulletins: Bulletin[]; longest: number; languages: string[] }> => this.http.get("/api/bulletins");
  writeBulletin = (draft: BulletinDraft): Promise<Bulletin> => this.post("/api/bulletins", draft);
  changeBulletin = (id: number, version: number, draft: BulletinDraft): Promise<Bulletin> =>
    this.http.ask("PUT", `/api/bulletins/${id}`, draft, 200, { "If-Match": `"${version}"` });
  publish = (id: number): Promise<Bulletin> => this.post(`/api/bulletins/${id}/publish`);
  stop = (id: number): Promise<Bulletin> => this.post(`/api/bulletins/${id}/stop`);
  record = (id: number, language: string, sound: Blob): Promise<Bulletin> =>
    this.http.ask("PUT", `/api/bulletins/${id}/sound${query({ language })}`, sound);
  forget = (id: number, language: string): Promise<Bulletin> =>
    this.http.ask("DELETE", `/api/bulletins/${id}/sound${query({ language })}`);
  /** Anew for each version: a browser keeps sounds. */
  soundPath = ({ id, version }: Bulletin, language: string): string => `/api/bulletins/${id}/sound${query({ language, version })}`;
}
