/** The register's doors (docs/api.md), one method for each; every path of it stands here and nowhere else. */
import type { Emergency, Service } from "../emergency/types";
import type { Http } from "../lib/http";
import type { Closing, Concerned, Outage, OutageDraft, Tie } from "./outage_types";
import type {
  AddressHit, Answer, Area, AssetKind, Contact, Duty, ExecutorCard, ExecutorTicket, Finding, LinkHow, Move, Organisation, Place,
  RegisterTicket, Spot, TicketCard, TicketDraft, TreeNode,
} from "./types"; // prettier-ignore

export type Asked = Record<string, string | number | undefined>;
export type Order = { move: Move; organisation: string; why: string };

/** `?a=1&b=2` of what is not empty. */
export function query(asked: Asked): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) if (value !== undefined && value !== "") given.set(name, String(value));
  return given.size > 0 ? `?${given}` : "";
}

const tag = (version: number) => ({ "If-Match": `"${version}"` });
const one = encodeURIComponent;

export class RegisterDoors {
  constructor(private readonly http: Http) {}

  private get = <T>(path: string): Promise<T> => this.http.get<T>(path);
  private post = <T>(path: string, body?: unknown, more: Record<string, string> = {}): Promise<T> =>
    this.http.ask<T>("POST", path, body, 200, more);

  // places
  addresses = async (q: string, limit = 6): Promise<AddressHit[]> =>
    (await this.get<{ addresses: AddressHit[] }>(`/api/addresses${query({ q, limit })}`)).addresses;
  place = (street_id: number, house: string, asset_kind = ""): Promise<Place> =>
    this.get(`/api/places${query({ street_id, house, asset_kind })}`);
  territories = async (): Promise<TreeNode[]> =>
    (await this.get<{ territories: TreeNode[] }>("/api/territories")).territories;
  networks = async (): Promise<TreeNode[]> => (await this.get<{ networks: TreeNode[] }>("/api/networks")).networks;
  /** Houses with coordinates inside `west,south,east,north`; `whole` is false when there are more than the door tells. */
  spots = (bbox: string): Promise<{ buildings: Spot[]; whole: boolean }> => this.get(`/api/buildings${query({ bbox })}`);

  // who answers
  organisations = async (): Promise<Organisation[]> =>
    (await this.get<{ organisations: Organisation[] }>("/api/organisations")).organisations;
  addOrganisation = (of: Organisation): Promise<Organisation> => this.post("/api/organisations", of);
  changeOrganisation = ({ code, version, ...of }: Organisation): Promise<Organisation> =>
    this.http.ask("PUT", `/api/organisations/${one(code)}`, of, 200, tag(version));
  assetKinds = async (): Promise<AssetKind[]> =>
    (await this.get<{ asset_kinds: AssetKind[] }>("/api/asset-kinds")).asset_kinds;
  duties = async (asset_kind = ""): Promise<Duty[]> =>
    (await this.get<{ duties: Duty[] }>(`/api/duties${query({ asset_kind })}`)).duties;
  addDuty = (of: Omit<Duty, "id" | "version">): Promise<Duty> => this.post("/api/duties", of);
  changeDuty = ({ id, version, ...of }: Duty): Promise<Duty> =>
    this.http.ask("PUT", `/api/duties/${id}`, of, 200, tag(version));
  removeDuty = ({ id, version }: Duty): Promise<void> =>
    this.http.ask("DELETE", `/api/duties/${id}`, undefined, 200, tag(version));
  who = async (street_id: number, house: string, asset_kind: string): Promise<Answer | null> =>
    (await this.get<{ answer: Answer | null }>(`/api/duties/answer${query({ street_id, house, asset_kind })}`)).answer;
  checkDuties = async (): Promise<Finding[]> => (await this.get<{ findings: Finding[] }>("/api/duties/check")).findings;

  // tickets
  tickets = (asked: Asked): Promise<{ tickets: RegisterTicket[]; next: string }> => this.get(`/api/tickets${query(asked)}`);
  card = (number: string): Promise<TicketCard> => this.get(`/api/tickets/${one(number)}/card`);
  registerTicket = (draft: TicketDraft, key: string): Promise<RegisterTicket> =>
    this.post("/api/tickets", draft, { "Idempotency-Key": key });
  move = (number: string, version: number, order: Order): Promise<unknown> =>
    this.post(`/api/tickets/${one(number)}/moves`, order, tag(version));
  edit = (number: string, version: number, fields: Partial<TicketDraft> & { answer?: string }): Promise<unknown> =>
    this.http.ask("PATCH", `/api/tickets/${one(number)}`, fields, 200, tag(version));
  note = (number: string, text: string, open: boolean): Promise<unknown> =>
    this.post(`/api/tickets/${one(number)}/notes`, { text, public: open });
  photo = (number: string, file: Blob, words: string): Promise<unknown> =>
    this.post(`/api/tickets/${one(number)}/photos${query({ words })}`, file);
  photoPath = (number: string, id: number): string => `/api/tickets/${one(number)}/photos/${id}`;
  link = (number: string, other: string, how: LinkHow): Promise<unknown> =>
    this.post(`/api/tickets/${one(number)}/links`, { number: other, how });
  tie = (number: string, outage_id: number): Promise<unknown> =>
    this.http.ask("PUT", `/api/tickets/${one(number)}/outage`, { outage_id });

  // outages
  outages = (asked: Asked): Promise<{ outages: Outage[]; next: string }> => this.get(`/api/outages${query(asked)}`);
  outage = (id: number): Promise<Outage> => this.get(`/api/outages/${id}`);
  ties = (id: number): Promise<{ ties: Tie[]; next: string }> => this.get(`/api/outages/${id}/ties`);
  openOutage = (draft: OutageDraft): Promise<Outage> => this.post("/api/outages", draft);
  changeOutage = (id: number, version: number, draft: OutageDraft): Promise<Outage> =>
    this.http.ask("PUT", `/api/outages/${id}`, draft, 200, tag(version));
  /** Where these areas are: their houses' points, 5,000 at most. */
  areasMap = (areas: readonly Area[]): Promise<{ features: { geometry: { coordinates: [number, number] } }[] }> =>
    this.post("/api/outages/map", { areas });
  concerned = (areas: readonly Area[]): Promise<Concerned> => this.post("/api/outages/concerned", { areas });
  expect = (id: number, expected_at: string | null, why: string): Promise<Outage> =>
    this.post(`/api/outages/${id}/expected`, { expected_at, why });
  stepDone = (id: number, list: string, position: number, note: string): Promise<Outage> =>
    this.post(`/api/outages/${id}/steps`, { list, position, note });
  closeOutage = (id: number, ended_at?: string): Promise<Closing> => this.post(`/api/outages/${id}/close`, { ended_at });
  cancelOutage = (id: number): Promise<Outage> => this.post(`/api/outages/${id}/cancel`);

  // emergencies
  emergencyServices = async (): Promise<Service[]> =>
    (await this.get<{ services: Service[] }>("/api/emergencies/services")).services;
  /** Without an outcome, the one that waits longest first; or all, the newest first. Each look is audited. */
  emergencies = async (open: boolean, limit = 100): Promise<Emergency[]> =>
    (await this.get<{ emergencies: Emergency[] }>(`/api/emergencies${query({ open: String(open), limit })}`)).emergencies;
  /** The door puts its context together: the service may speak another language than this screen. */
  handOff = (of: Pick<Emergency, "call" | "ticket" | "service" | "how" | "answers"> & { more: string }): Promise<Emergency> =>
    this.post("/api/emergencies", of);
  emergencyOutcome = (id: number, text: string): Promise<Emergency> => this.post(`/api/emergencies/${id}/outcome`, { text });

  // the executor's own
  work = (asked: Asked): Promise<{ tickets: ExecutorTicket[]; next: string }> =>
    this.get(`/api/executor/tickets${query(asked)}`);
  workCard = (number: string): Promise<ExecutorCard> => this.get(`/api/executor/tickets/${one(number)}`);
  workContact = (number: string): Promise<Contact> => this.get(`/api/executor/tickets/${one(number)}/contact`);
  workColleagues = async (): Promise<Pick<Organisation, "code" | "names">[]> =>
    (await this.get<{ organisations: Organisation[] }>("/api/executor/organisations")).organisations;
  workMove = (number: string, version: number, order: Order): Promise<unknown> =>
    this.post(`/api/executor/tickets/${one(number)}/moves`, order, tag(version));
  workNote = (number: string, text: string): Promise<unknown> =>
    this.post(`/api/executor/tickets/${one(number)}/notes`, { text, public: false });
  workPhoto = (number: string, file: Blob, words: string): Promise<unknown> =>
    this.post(`/api/executor/tickets/${one(number)}/photos${query({ words })}`, file);
  workPhotoPath = (number: string, id: number): string => `/api/executor/tickets/${one(number)}/photos/${id}`;
}
