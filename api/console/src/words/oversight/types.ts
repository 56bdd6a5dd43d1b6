import type { oversightEn } from "./en";

export type OversightMessages = { [key in keyof typeof oversightEn]: string };
