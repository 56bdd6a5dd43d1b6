/** What was said beside the address and the topic, as people read it. Pure. */
import { FURTHER, type Further } from "./types";

const UNITS: Record<string, Intl.NumberFormatOptions["unit"]> = { Y: "year", M: "month", W: "week", D: "day", TH: "hour", TM: "minute" };
/** Not every browser knows Kazakh units; a number changes nothing about the word. */
const KAZAKH: Record<string, string> = { Y: "жыл", M: "ай", W: "апта", D: "күн", TH: "сағат", TM: "минут" };

/** 'P2D' as '2 days'; what is no duration comes back as it is. */
export function duration(iso: string, language: string): string {
  const [, time, digits, letter] = /^P(T?)(\d{1,4})([YMWDH])$/.exec(iso) ?? [];
  const unit = `${time}${letter}`;
  if (digits === undefined || UNITS[unit] === undefined) return iso;
  if (language === "kk") return `${digits} ${KAZAKH[unit]}`;
  return new Intl.NumberFormat(language, { style: "unit", unit: UNITS[unit], unitDisplay: "long" }).format(Number(digits));
}

export function urgencies(value: string): string[] {
  return value.split(",").filter((code) => code !== "");
}

/** The further fields that say something, in their order. */
export function told(details: Partial<Record<Further, string>> | undefined): [Further, string][] {
  return FURTHER.flatMap((name): [Further, string][] => (details?.[name] ? [[name, details[name]]] : []));
}
