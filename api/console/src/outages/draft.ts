/** What the editor begins with. Pure. */
import type { Outage, OutageDraft } from "../register/outage_types";

export function draftOf(outage: Outage | null, now_ms: number): OutageDraft {
  if (outage === null)
    return {
      state: "announced", level: 2, topic: "", asset_kind: "", cause: "unknown", organisation: "", words: {}, areas: [],
      starts_at: new Date(now_ms).toISOString(), expected_at: null, ends_itself: false, code: "",
    }; // prettier-ignore
  const { level, topic, asset_kind, cause, organisation, words, areas, starts_at, expected_at, ends_itself, code } = outage;
  return {
    state: outage.state === "draft" ? "draft" : "announced", level, topic, asset_kind, cause, organisation, words: { ...words },
    areas: areas.map((one) => ({ ...one })), starts_at, expected_at, ends_itself, code,
  }; // prettier-ignore
}
