import type { stormEn } from "./en";

export type StormMessages = { [key in keyof typeof stormEn]: string };
