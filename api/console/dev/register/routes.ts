/** The register's doors, played: which invented answer each verb and path has. */
import { affected } from "../../src/register/areas.ts";
import type { OutageDraft } from "../../src/register/outage_types.ts";
import type { Area, Duty, Move, Organisation, RegisterTicket, TicketDraft } from "../../src/register/types.ts";
import type { Staff } from "../../src/lib/types.ts";
import { ago, STREETS } from "../world.ts";
import type { Answer } from "../routes.ts";
import { FakeDuties } from "./duties.ts";
import { FakeEmergencies, SERVICES } from "./emergencies.ts";
import { ending, ENDINGS } from "./endings.ts";
import { FakeOutages } from "./outages.ts";
import { FakeOversight } from "./oversight.ts";
import { FakeReports } from "./reports.ts";
import { FakeTickets } from "./tickets.ts";
import { buildingOf, districtOf, find, NETWORKS, spotOf, SPOTS, TERRITORIES } from "./town.ts";

export interface Asked {
  staff: Staff;
  method: string;
  path: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
  file: Buffer;
  type: string;
  match: string;
  key: string;
  /** Of the screen: titles are in it. */
  language: string;
}

const GONE: Answer = [404, { code: "not_found" }];
const STALE: Answer = [412, { code: "stale_version" }];
const text = (value: unknown): string => (typeof value === "string" ? value : "");

export class FakeRegister {
  duties = new FakeDuties();
  outages = new FakeOutages();
  emergencies = new FakeEmergencies();
  tickets = new FakeTickets(this.duties);
  reports = new FakeReports(this.tickets, this.duties, this.outages);
  oversight = new FakeOversight();
  /** The next change finds that somebody was quicker. */
  quicker = false;

  /** null: no door of the register. */
  answer(asked: Asked): Answer | null {
    const [, noun = "", ...rest] = asked.path.split("/").slice(1).map(decodeURIComponent);
    switch (noun) {
      case "tickets":
        return this.ticketDoor(asked, rest);
      case "executor":
        return asked.staff.role === "executor" ? this.executorDoor(asked, rest) : [403, { code: "forbidden" }];
      case "outages":
        return this.outageDoor(asked, rest);
      case "emergencies":
        return this.emergencyDoor(asked, rest);
      case "organisations":
      case "duties":
        return this.dutyDoor(asked, noun, rest);
      case "reports":
        return this.reports.answer(asked.query, asked.query.get("language") || asked.language, rest[0]);
      case "notices":
      case "webhooks":
      case "audit":
        return this.oversight.answer(asked, noun, rest);
      case "asset-kinds":
        return [200, { asset_kinds: this.duties.kinds }];
      case "territories":
        return [200, { territories: TERRITORIES }];
      case "networks":
        return [200, { networks: NETWORKS }];
      case "buildings":
        return [200, { buildings: SPOTS, whole: true }];
      case "addresses":
        return [200, { addresses: find(asked.query.get("q") ?? "", Number(asked.query.get("limit") ?? 5), asked.language) }];
      case "places":
        return this.place(asked);
      default:
        return null;
    }
  }

  private stale({ match }: Asked, version: number): boolean {
    if (!this.quicker && match === `"${version}"`) return false;
    this.quicker = false;
    return true;
  }

  private told(ticket: RegisterTicket, language: string): RegisterTicket {
    const organisation = this.duties.organisations.find(({ code }) => code === ticket.organisation);
    const spot = spotOf(ticket.street_id ?? 0, ticket.house);
    return { ...ticket, territory: districtOf(spot, language), organisation_title: organisation?.names[language] ?? "" };
  }

  private place({ query, language }: Asked): Answer {
    const street = STREETS.find(({ id }) => id === Number(query.get("street_id")));
    if (!street) return GONE;
    const [house, spot] = [query.get("house") ?? "", spotOf(street.id, query.get("house") ?? "")];
    const open = this.tickets.tickets.filter((one) => one.street_id === street.id && one.house === house && !["closed", "refused"].includes(one.state));
    return [200, {
      street, house, building: buildingOf(spot), territories: TERRITORIES.filter(({ id }) => spot?.territories.includes(id)),
      networks: NETWORKS.filter(({ id }) => spot?.parts.includes(id)), answer: this.duties.who(spot, query.get("asset_kind") ?? "", language),
      outages: this.outages.at(spot, language), tickets: house ? open.map((one) => this.told(one, language)) : [],
    }]; // prettier-ignore
  }

  private page(asked: Asked, mine: (ticket: RegisterTicket) => boolean): Answer {
    const { query, language } = asked;
    const is = (name: string, value: unknown) => !query.get(name) || query.get(name) === String(value ?? "");
    const words = (query.get("q") ?? "").toLowerCase();
    const found = this.tickets.tickets.filter((one) => {
      const state = query.get("state") === "open" ? !["closed", "refused"].includes(one.state) : is("state", one.state);
      const late = query.get("late") !== "true" || one.deadline.clock === "late";
      const about = [one.number, one.words, one.note, one.requester, one.street].join(" ").toLowerCase();
      return mine(one) && state && late && about.includes(words) && is("kind", one.kind) && is("topic", one.topic) && is("organisation", one.organisation) &&
        is("street", one.street_id) && is("building", one.building_id) && is("outage", one.outage_id); // prettier-ignore
    });
    const [from, limit] = [Number(query.get("after") || 0), Number(query.get("limit") || 50)];
    const next = from + limit < found.length ? String(from + limit) : "";
    return [200, { tickets: found.slice(from, from + limit).map((one) => this.told(one, language)), next }];
  }

  private ticketDoor(asked: Asked, [number, part, id]: string[]): Answer {
    const { method, body, language, staff } = asked;
    if (number === undefined) {
      if (method === "GET") return this.page(asked, () => true);
      return [201, this.told(this.tickets.register(body as unknown as TicketDraft, asked.key), language)];
    }
    const ticket = this.tickets.find(number);
    if (!ticket) return GONE;
    if (part === undefined && method === "PATCH") {
      if (this.stale(asked, ticket.version)) return STALE;
      Object.assign(ticket, body, { version: ticket.version + 1 });
      return [200, this.told(ticket, language)];
    }
    if (part === "outage") ticket.outage_id = Number(body["outage_id"]);
    else if (part === "links") this.tickets.of(ticket.number).links.push({ number: text(body["number"]), how: body["how"] as "related" });
    else if (part === "card") {
      const tied = ticket.outage_id === null ? undefined : this.outages.find(ticket.outage_id);
      const outages = tied ? [] : this.outages.at(spotOf(ticket.street_id ?? 0, ticket.house), language);
      const moves = this.tickets.of(ticket.number).moves.map((one) => ({ ...one, organisation_title: this.title(one.organisation, language) }));
      return [200, { ...this.tickets.card(ticket), moves, ticket: this.told(ticket, language), outage: tied ? this.outages.brief(tied, language) : null, outages }];
    } else if (part !== undefined) return this.work(asked, ticket, part, id, staff.login, false);
    return [200, this.told(ticket, language)];
  }

  private title = (code: string, language: string): string =>
    this.duties.organisations.find((one) => one.code === code)?.names[language] ?? "";

  /** Moves, notes and photos: of the staff's doors and of the executor's. */
  private work(asked: Asked, ticket: RegisterTicket, part: string, id: string | undefined, who: string, executor: boolean): Answer {
    const { method, body } = asked;
    const work = this.tickets.of(ticket.number);
    if (part === "moves") {
      if (this.stale(asked, ticket.version)) return STALE;
      const done = this.tickets.move(ticket, body["move"] as Move, text(body["organisation"]), text(body["why"]), who, executor);
      return done ? [200, ticket] : [409, { code: "move_not_allowed" }];
    }
    if (part === "notes") work.notes.push({ at: ago(0), who, text: text(body["text"]), public: body["public"] === true });
    else if (part === "photos" && method === "POST") {
      const words = asked.query.get("words") ?? "";
      work.photos.push({ id: work.photos.length + 1, at: ago(0), who, media_type: asked.type, size: asked.file.length, words, bytes: asked.file });
    } else if (part === "photos") {
      const photo = work.photos.find((one) => one.id === Number(id));
      return photo ? [200, photo.bytes] : GONE;
    } else return GONE;
    return [201, {}];
  }

  private executorDoor(asked: Asked, [noun, number, part, id]: string[]): Answer {
    const mine = (one: RegisterTicket) => one.organisation === asked.staff.organisation;
    if (noun === "organisations") return [200, { organisations: this.duties.organisations.filter(({ code }) => code !== asked.staff.organisation) }];
    if (noun !== "tickets") return [200, { organisation: this.duties.organisations.find(({ code }) => code === asked.staff.organisation), open: 0, late: 0 }];
    if (number === undefined) return this.page(asked, mine);
    const ticket = this.tickets.find(number);
    if (!ticket || !mine(ticket)) return GONE;
    if (part === undefined) return [200, { ...this.tickets.card(ticket), may: this.tickets.may(ticket, true), ticket: this.told(ticket, asked.language) }];
    if (part === "contact") return [200, { requester: ticket.requester, caller: ticket.caller, language: ticket.language }];
    return this.work(asked, ticket, part, id, asked.staff.login, true);
  }

  private outageDoor(asked: Asked, [first, part]: string[]): Answer {
    const { method, body, language, staff } = asked;
    const { outages } = this;
    if (first === undefined && method === "GET") return [200, { outages: outages.page(asked.query, language), next: "" }];
    if (first === undefined) return [201, outages.told(outages.open(body as unknown as OutageDraft), language)];
    if (first === "map") {
      const spots = SPOTS.filter((spot) => affected(body["areas"] as Area[], spot));
      return [200, { type: "FeatureCollection", whole: true, features: spots.map(({ id, lon, lat }) => ({ type: "Feature", id, geometry: { type: "Point", coordinates: [lon, lat] } })) }];
    }
    if (first === "concerned") return [200, outages.concerned(body["areas"] as Area[])];
    const outage = outages.find(Number(first));
    if (!outage) return GONE;
    if (method === "PUT") {
      if (this.stale(asked, outage.version)) return STALE;
      outages.change(outage, body as unknown as OutageDraft);
    } else if (part === "expected") outages.expect(outage, (body["expected_at"] as string | null) ?? null, text(body["why"]), staff.login);
    else if (part === "steps") outages.done(outage, text(body["list"]), Number(body["position"]), text(body["note"]), staff.login);
    else if (part === "restore") outages.restore(outage, body["areas"] as Area[], text(body["why"]), staff.login);
    else if (part === "reopen") return [200, outages.told(outages.reopen(outage, body, staff.login), language)];
    else if (part === "call_out") Object.assign(outage, { chain_at: ago(0), chain_by: staff.login });
    else if (part && ENDINGS.includes(part)) return ending(outage, part, asked);
    else if (part === "ties") return [200, { ties: outages.ties(outage), next: "" }];
    else if (part === "cancel") outage.state = "cancelled";
    else if (part === "close") return [200, { ...outages.close(outage), outage: outages.told(outage, language) }];
    return [200, outages.told(outage, language)];
  }

  private emergencyDoor({ method, body, query, staff }: Asked, [id]: string[]): Answer {
    const { emergencies } = this;
    if (id === "services") return [200, { region: "kz", regions: [], services: SERVICES }];
    if (id !== undefined) {
      const closed = emergencies.close(Number(id), text(body["text"]), staff.login);
      return closed ? [200, closed] : GONE;
    }
    if (method === "POST") return [201, emergencies.add(body, staff.login)];
    return [200, { emergencies: emergencies.list(query.get("open") !== "false") }];
  }

  private dutyDoor(asked: Asked, noun: string, [id]: string[]): Answer {
    const { method, body, language } = asked;
    const { duties } = this;
    if (noun === "organisations") {
      if (method === "GET") return [200, { organisations: duties.organisations }];
      const known = duties.organisations.find(({ code }) => code === (id ?? body["code"]));
      if (method === "POST" && known) return [409, { code: "conflict" }];
      if (method === "POST") duties.organisations.push({ ...(body as unknown as Organisation), version: 1 });
      else if (!known) return GONE;
      else if (this.stale(asked, known.version)) return STALE;
      else Object.assign(known, body, { version: known.version + 1 });
      return [200, known ?? body];
    }
    if (id === "answer") {
      const [street, house] = [Number(asked.query.get("street_id")), asked.query.get("house") ?? ""];
      return [200, { answer: duties.who(spotOf(street, house), asked.query.get("asset_kind") ?? "", language) }];
    }
    if (id === "check") return [200, { findings: duties.check(language) }];
    if (method === "GET") {
      const kind = asked.query.get("asset_kind");
      return [200, { duties: duties.duties.filter((one) => !kind || one.asset_kind === kind).map((one) => duties.told(one, language)) }];
    }
    const known = duties.duties.find((one) => one.id === Number(id));
    if (method === "POST") duties.duties.push({ ...(body as unknown as Duty), id: 100 + duties.duties.length, version: 1 });
    else if (!known) return GONE;
    else if (this.stale(asked, known.version)) return STALE;
    else if (method === "DELETE") duties.duties.splice(duties.duties.indexOf(known), 1);
    else Object.assign(known, body, { version: known.version + 1 });
    return method === "DELETE" ? [204, null] : [200, known ?? body];
  }
}
