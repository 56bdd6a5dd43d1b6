import type { placesEn } from "./en";

export type PlaceMessages = { [key in keyof typeof placesEn]: string };
