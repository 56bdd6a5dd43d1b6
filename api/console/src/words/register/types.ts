import type { registerEn } from "./en";

export type RegisterMessages = { [key in keyof typeof registerEn]: string };
