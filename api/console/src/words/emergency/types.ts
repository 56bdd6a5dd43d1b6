import type { emergencyEn } from "./en";

export type EmergencyMessages = { [key in keyof typeof emergencyEn]: string };
