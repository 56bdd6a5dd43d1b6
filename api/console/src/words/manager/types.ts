import type { managerEn } from "./en";

export type ManagerMessages = { [key in keyof typeof managerEn]: string };
