/** What every component may ask for: the screen's language and theme, the clock, who is signed in, where we are. */
import { createContext } from "svelte";
import { isLanguage, type Key, LANGUAGES, type Language, pickLanguage, say, sayCode } from "../words";
import { Http, Problem } from "./http";
import { hashOf, type PageName, parseRoute, type Route } from "./route";
import type { Staff } from "./types";

export type Theme = "system" | "light" | "dark";
export type Memory = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export class App {
  readonly http = new Http();
  language = $state<Language>("en");
  theme = $state<Theme>("system");
  /** The server's time in ms, moved once a second. */
  now = $state(Date.now());
  path = $state("/");
  /** Which page, with its choices. */
  route = $state.raw<Route>({ page: "wallboard", query: new URLSearchParams() });
  /** How often a way led to another address since the window was opened. */
  moves = -1;
  /** undefined: not asked yet; null: nobody is signed in. */
  staff = $state<Staff | null | undefined>(undefined);
  failure = $state("");
  /** What is typed and not yet sent, by the page it belongs to: a call that rings must not cost a word of it. */
  readonly drafts = new Map<string, unknown>();

  constructor(private readonly memory: Memory = localStorage) {
    this.language = pickLanguage([memory.getItem("kezek.language"), ...navigator.languages]);
    const theme = memory.getItem("kezek.theme");
    if (theme === "light" || theme === "dark") this.theme = theme;
    this.readAddress();
  }

  /** Arrow functions: they are handed to templates as they stand. */
  t = (key: Key, values?: Record<string, string | number>): string => say(this.language, key, values);
  code = (prefix: string, code: string, otherwise?: Key): string => sayCode(this.language, prefix, code, otherwise);

  /** Why somebody is paused, always in words. */
  pauseReason = (reason: string): string => this.code("pause_", reason || "other");

  /** What to tell a person about a failed request; `reading`: nothing of his was on its way. */
  explain = (error: unknown, reading = false): string => {
    if (!(error instanceof Problem)) return this.t("e_unexpected");
    if (reading && error.code === "unavailable") return this.t("e_away");
    if (error.code === "too_many_attempts" && error.retry_s > 0)
      return this.t("e_too_many_attempts", { minutes: Math.ceil(error.retry_s / 60) });
    return this.code("e_", error.code === "too_many_attempts" ? "too_many_attempts_later" : error.code, "e_unexpected");
  };

  setLanguage(language: Language): void {
    this.language = language;
    this.memory.setItem("kezek.language", language);
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    if (theme === "system") this.memory.removeItem("kezek.theme");
    else this.memory.setItem("kezek.theme", theme);
  }

  /** Where whoever is signed in belongs: in the place of where he was, or the way back would lead here again. */
  go(path: string): void {
    if (path === this.path) return;
    history.replaceState(null, "", path + (parseRoute(location.hash) ? location.hash : ""));
    this.path = path;
  }

  /** The address has changed: by a link, or by the way back. */
  readAddress(): void {
    this.moves++;
    this.path = location.pathname;
    this.route = parseRoute(location.hash) ?? this.route;
  }

  /** Another choice on the same page: in the address, so that it can be sent to somebody, without a step to go back. */
  choose(page: PageName, choices: Record<string, string | undefined>): void {
    history.replaceState(null, "", this.path + hashOf(page, choices));
    this.readAddress();
  }

  /** Another page, with a step to go back. */
  visit(page: PageName, choices: Record<string, string | undefined> = {}): void {
    history.pushState(null, "", this.path + hashOf(page, choices));
    this.readAddress();
  }

  tick(): void {
    this.now = Date.now() + this.http.skew;
  }

  async whoAmI(): Promise<void> {
    this.failure = "";
    try {
      this.welcome((await this.http.get<{ staff: Staff }>("/api/session")).staff);
    } catch (error) {
      if (error instanceof Problem && error.status === 401) this.staff = null;
      else this.failure = this.explain(error);
    }
  }

  async signIn(login: string, password: string): Promise<void> {
    this.welcome((await this.http.ask<{ staff: Staff }>("POST", "/api/session", { login, password })).staff);
  }

  async signOut(): Promise<void> {
    await this.http.ask("DELETE", "/api/session");
    history.replaceState(null, "", this.path); // whoever signs in next begins at the beginning
    this.readAddress();
    this.signedOut();
  }

  /** Leads to the sign-in page when the session is over; says nothing otherwise. */
  async checkSession(): Promise<void> {
    try {
      await this.http.get("/api/session");
    } catch (error) {
      if (error instanceof Problem && error.status === 401) this.signedOut();
    }
  }

  /** The server says that the session is over. */
  signedOut(): void {
    this.drafts.clear();
    this.staff = null;
  }

  private welcome(staff: Staff): void {
    this.tick();
    const chosen = this.memory.getItem("kezek.language") ?? "";
    if (!isLanguage(chosen)) this.language = pickLanguage([staff.language, this.language]);
    this.staff = staff;
  }
}

export const SCREEN_LANGUAGES = LANGUAGES;
export const [getApp, setApp] = createContext<App>();
