import type { talkEn } from "./en";

export type TalkMessages = { [key in keyof typeof talkEn]: string };
