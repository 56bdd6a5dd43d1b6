import type { reportsEn } from "./en";

export type ReportMessages = { [key in keyof typeof reportsEn]: string };
