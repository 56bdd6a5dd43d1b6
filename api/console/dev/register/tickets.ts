/** Invented tickets and their work: what each order makes of one. */
import type { Ticket } from "../../src/lib/types.ts";
import type { Clock, Move, RegisterTicket, State, TicketCard, TicketDraft, TicketLink, TicketMove, TicketNote, TicketPhoto } from "../../src/register/types.ts";
import { ago, STREETS, TOPICS } from "../world.ts";
import type { FakeDuties } from "./duties.ts";
import { districtOf, spotOf } from "./town.ts";

const DIGITS = "0317598642709215486342068713591750983426612304597836742095815869720134894536201794386172052581436790"; // Damm's table
const damm = (text: string) => [...text].reduce((digit, next) => Number(DIGITS[digit * 10 + Number(next)]), 0);
const numberOf = (n: number): string => `26-${String(n).padStart(6, "0")}-${damm(`26${String(n).padStart(6, "0")}`)}`;

const AFTER: Partial<Record<Move, State>> = {
  assign: "assigned", route: "registered", hand_on: "assigned", accept: "accepted", pause: "paused", resume: "accepted", report: "reported",
  verify: "closed", close: "closed", reopen: "assigned", refuse: "refused",
}; // prettier-ignore
const MAY: Record<State, Move[]> = {
  registered: ["route", "assign", "report", "close", "refuse"],
  assigned: ["route", "assign", "hand_on", "accept", "pause", "report", "close", "refuse"],
  accepted: ["route", "assign", "hand_on", "pause", "report", "close", "refuse"],
  paused: ["route", "assign", "hand_on", "resume", "report", "close", "refuse"],
  reported: ["verify", "close", "reopen"], closed: ["reopen"], refused: ["reopen"],
}; // prettier-ignore
const FOR_EXECUTOR: readonly Move[] = ["accept", "pause", "resume", "report", "hand_on", "route"];
const SAID: Record<string, string> = {
  heating: "Екінші күн жылу жоқ, балалар тоңып отыр.", hot_water: "Горячая вода еле тёплая, ржавая.", cold_water: "Немає води з самого ранку.",
  electricity: "Весь подъезд без света после щелчка в щитовой.", lift: "Лифт 3-қабатта тоқтап қалды.",
}; // prettier-ignore
const ASSET: Record<string, string> = { heating: "heat_pipe", hot_water: "water_pipe", cold_water: "water_pipe", electricity: "power_line", lift: "lift" };

interface Work {
  moves: TicketMove[];
  notes: TicketNote[];
  photos: (TicketPhoto & { bytes: Buffer })[];
  links: TicketLink[];
}

export class FakeTickets {
  tickets: RegisterTicket[] = [];
  private work = new Map<string, Work>();
  private last = 100;
  private keys = new Map<string, RegisterTicket>();

  constructor(private readonly duties: FakeDuties) {
    const states: State[] = ["registered", "assigned", "accepted", "accepted", "reported", "paused", "closed", "assigned"];
    for (let i = 70; i >= 1; i--) {
      const topic = TOPICS[i % TOPICS.length]?.code ?? "";
      const street = STREETS[(i * 3) % STREETS.length];
      const ticket = this.make({ topic, street_id: street?.id ?? 1, house: String(1 + ((i * 7) % 48)), flat: i % 3 ? String(1 + (i % 60)) : "" }, i * 2_900);
      ticket.state = states[(i + Math.floor(i / states.length)) % states.length] ?? "registered";
      Object.assign(ticket, { requester: i % 4 ? "" : "Нұрлан Әбдіқалықов", caller: `+770155501${String(10 + i)}`, kind: i % 11 ? "incident" : "complaint" });
      if (ticket.state === "registered" && i % 2) Object.assign(ticket, { organisation: "", organisation_title: "" });
      this.clock(ticket, i);
      this.moved(ticket, "register", "registered", "aigul", "", i * 2_900);
      if (ticket.state !== "registered") this.moved(ticket, "assign", "assigned", "kezek", "", i * 2_880);
      if (!["registered", "assigned"].includes(ticket.state)) this.moved(ticket, "accept", "accepted", "serik", "", i * 2_000);
    }
  }

  private clock(ticket: RegisterTicket, i: number): void {
    const left_s = i % 6 === 0 ? -3_600 * (1 + (i % 30)) : 3_600 * (1 + ((i * 5) % 60));
    const over = { paused: "paused", closed: i % 3 ? "met" : "missed", refused: "none" }[ticket.state as string] as Clock | undefined;
    ticket.deadline = over ? { clock: over, due_at: null, left_s: null } : { clock: left_s < 0 ? "late" : "running", due_at: ago(-left_s), left_s };
  }

  private make(draft: Partial<TicketDraft>, age_s: number): RegisterTicket {
    const street = STREETS.find(({ id }) => id === draft.street_id);
    const spot = spotOf(draft.street_id ?? 0, draft.house ?? "");
    const answer = this.duties.who(spot, ASSET[draft.topic ?? ""] ?? "", "ru");
    const ticket: RegisterTicket = {
      number: numberOf(++this.last), state: answer ? "assigned" : "registered", call: "", caller: draft.caller ?? "", household_id: null,
      street_id: draft.street_id ?? null, street: street?.name ?? draft.street ?? "", house: draft.house ?? "", flat: draft.flat ?? "",
      topic: draft.topic ?? "", words: draft.words || (SAID[draft.topic ?? ""] ?? ""), note: draft.note ?? "", language: draft.language || "kk", operator: "oksana",
      confirmed: true, filed: true, created_at: ago(age_s), version: 1, kind: draft.kind ?? "incident", channel: draft.channel ?? "call",
      building_id: spot?.id ?? null, territory_id: spot?.territories.at(-1) ?? null, territory: districtOf(spot, "ru"), asset_kind: ASSET[draft.topic ?? ""] ?? "",
      organisation: answer?.organisation.code ?? "", organisation_title: answer?.organisation.names["ru"] ?? "", outage_id: null,
      deadline: { clock: "running", due_at: ago(-86_400), left_s: 86_400 }, closed_at: null, updated_at: ago(age_s), answer: "", verified: "",
      requester: draft.requester ?? "", lon: spot?.lon ?? null, lat: spot?.lat ?? null,
    };
    this.tickets.unshift(ticket);
    this.work.set(ticket.number, { moves: [], notes: [], photos: [], links: [] });
    return ticket;
  }

  /** What an operator has confirmed at the desk. */
  take(ticket: Ticket): Ticket {
    const { number, call, caller, operator, note, words, flat, topic, house, street_id } = ticket;
    if (this.find(number)) return ticket;
    const mine = this.make({ street_id, house, flat, topic, words, caller }, 0);
    this.work.set(number, this.of(mine.number));
    Object.assign(mine, { number, call, operator, note });
    this.moved(mine, "register", "registered", operator, "");
    return ticket;
  }

  private moved(ticket: RegisterTicket, move: Move, after: State, who: string, why: string, age_s = 0): void {
    const moves = this.of(ticket.number).moves;
    const { organisation, organisation_title } = move === "assign" || move === "hand_on" || move === "route" ? ticket : { organisation: "", organisation_title: "" };
    moves.push({ at: ago(age_s), who, move, before: moves.at(-1)?.after ?? "registered", after, organisation, organisation_title, why });
  }

  of = (number: string): Work => this.work.get(number) ?? { moves: [], notes: [], photos: [], links: [] };
  find = (number: string): RegisterTicket | undefined => {
    const bare = number.replaceAll("-", "");
    return this.tickets.find((one) => one.number.replaceAll("-", "") === bare);
  };

  register(draft: TicketDraft, key: string): RegisterTicket {
    const known = this.keys.get(key);
    if (known) return known;
    const ticket = this.make(draft, 0);
    this.moved(ticket, "register", "registered", "dana", "");
    if (ticket.organisation) this.moved(ticket, "assign", "assigned", "kezek", "");
    if (key) this.keys.set(key, ticket);
    return ticket;
  }

  card(ticket: RegisterTicket): Omit<TicketCard, "outage" | "outages"> {
    return { ticket, may: MAY[ticket.state], ...this.of(ticket.number) };
  }

  may = (ticket: RegisterTicket, executor: boolean): Move[] => MAY[ticket.state].filter((move) => !executor || FOR_EXECUTOR.includes(move));

  /** False when it is not allowed now. */
  move(ticket: RegisterTicket, move: Move, organisation: string, why: string, who: string, executor: boolean): boolean {
    const after = AFTER[move];
    if (!after || !this.may(ticket, executor).includes(move)) return false;
    const to = this.duties.organisations.find(({ code }) => code === organisation);
    if (to) Object.assign(ticket, { organisation: to.code, organisation_title: to.names["ru"] ?? "" });
    if (move === "route") Object.assign(ticket, { organisation: "", organisation_title: "" });
    Object.assign(ticket, { state: to ? "assigned" : after, version: ticket.version + 1, updated_at: ago(0) });
    if (move === "report" || move === "close") ticket.answer ||= why;
    if (move === "verify") Object.assign(ticket, { verified: "yes", deadline: { clock: "met", due_at: null, left_s: null } });
    if (move === "pause") ticket.deadline = { clock: "paused", due_at: null, left_s: null };
    if (move === "resume") ticket.deadline = { clock: "running", due_at: ago(-40_000), left_s: 40_000 };
    this.moved(ticket, move, ticket.state, who, why);
    return true;
  }
}
