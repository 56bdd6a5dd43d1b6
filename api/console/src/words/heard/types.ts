import type { heardEn } from "./en";

export type HeardMessages = { [key in keyof typeof heardEn]: string };
