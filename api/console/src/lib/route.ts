/** Which page the address names, with its choices: `#/figures?by=queue`. Pure. */

/** The pages of the register: of operators too. */
export const REGISTER_PAGES = [
  "tickets", "ticket", "new-ticket", "outages", "outage", "emergencies", "organisations", "duties", "reports", "storm",
] as const; // prettier-ignore
export type RegisterPageName = (typeof REGISTER_PAGES)[number];
export const PAGES = ["wallboard", "figures", "staffing", "abandoned", "callbacks", "calls", "notices", "webhooks", "audit", ...REGISTER_PAGES] as const;
export type PageName = (typeof PAGES)[number];

export interface Route {
  page: PageName;
  query: URLSearchParams;
}

export function isRegisterPage(page: PageName): page is RegisterPageName {
  return (REGISTER_PAGES as readonly string[]).includes(page);
}

/** null for an anchor of another kind (`#page`, say): the page stays. An unknown page is the wallboard. */
export function parseRoute(hash: string): Route | null {
  if (hash !== "" && !hash.startsWith("#/")) return null;
  const [path = "", query = ""] = hash.slice(2).split("?");
  const page = PAGES.find((name) => name === path) ?? "wallboard";
  return { page, query: new URLSearchParams(query) };
}

/** Choices that are undefined or '' are left out, so that an address stays short. */
export function hashOf(page: PageName, choices: Readonly<Record<string, string | undefined>> = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(choices)) if (value) query.set(name, value);
  const path = page === "wallboard" ? "#/" : `#/${page}`;
  return query.size > 0 ? `${path}?${query}` : path;
}

/** A choice from a fixed list; the first one when the address names none of them. */
export function choice<T extends string>(value: string | null | undefined, among: readonly [T, ...T[]]): T {
  return among.find((one) => one === value) ?? among[0];
}
