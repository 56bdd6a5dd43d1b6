/** Where a field's value came from, in words: what was heard, and when. */
import type { App } from "../lib/app.svelte";
import { timeOfDay } from "../lib/format";
import type { Field } from "../lib/types";

/** '' for what the operator wrote: the badge says it. */
export function originOf(app: Pick<App, "t" | "language">, field: Field | undefined): string {
  if (!field || field.value === "" || field.source === "operator") return "";
  if (field.source !== "spoken") return app.t(`from_${field.source}`);
  const time = field.at ? timeOfDay(field.at, app.language, true) : "";
  if (field.words) return time ? app.t("heard_at", { words: field.words, time }) : app.t("heard_as", { words: field.words });
  return time ? app.t("heard_when", { time }) : app.t("from_spoken");
}
