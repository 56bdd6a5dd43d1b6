import { describe, expect, test } from "vitest";
import { area } from "../src/register/areas";
import { bulletinDraft, languagesOf, same, tidied } from "../src/storm/bulletin";
import { beside, chainState, idIn, inOrder, isCalm, lastStep, left, spark, suspectedAt, toDecide } from "../src/storm/judge";
import { timeLine } from "../src/storm/timeline";
import { RATE, trimmed, wav } from "../src/storm/wav";
import { troubles } from "../src/work/troubles";
import type { Bulletin, Ladder, Suspicion } from "../src/storm/types";
import { FakeRegister } from "../dev/register/routes";
import { FakeStorm } from "../dev/storm";

const NOW = Date.now();
function storm(): FakeStorm {
  const made = new FakeStorm(new FakeRegister());
  made.begin();
  return made;
}
const rung = (name: "normal" | "overload") => ({ rung: { name } }) as Pick<Ladder, "rung">;

describe("what comes first", () => {
  test("what is open, and what grew beyond its outage; never what is decided", () => {
    const { suspicions } = storm();
    expect(toDecide(suspicions).map(({ id }) => id)).toEqual([8, 7]);
    const beyond = suspicions.map((one) => (one.id === 5 ? { ...one, state: "confirmed" as const, beyond: true } : one));
    expect(toDecide(beyond).map(({ id }) => id)).toContain(5);
  });

  test("an outage whose expected end is past stands before larger ones", () => {
    const { outages } = storm();
    const now = outages.filter(({ id }) => id === 1 || id === 3);
    expect(inOrder(now, NOW).map(({ id }) => id)).toEqual([3, 1]);
  });

  test("calm is only where nothing is suspected, out, or to be seen to, on the lowest rung", () => {
    const { suspicions, outages } = storm();
    expect(isCalm(rung("normal"), [], [], 0)).toBe(true);
    expect(isCalm(rung("normal"), suspicions.filter(({ state }) => state === "dismissed"), [], 0)).toBe(true);
    expect([isCalm(rung("overload"), [], [], 0), isCalm(rung("normal"), suspicions, [], 0), isCalm(rung("normal"), [], outages, 0), isCalm(rung("normal"), [], [], 1)]).toEqual([
      false, false, false, false,
    ]);
  });
});

test("the ladder ends at its ends", () => {
  expect([beside("normal", -1), beside("normal", 1), beside("overload", 1), beside("emergency", 1)]).toEqual([null, "elevated", "emergency", null]);
});

test("a part that is over is no choice any more", () => {
  const [street, house] = [area("street", { street_id: 1 }), area("building", { building_id: 5 })];
  expect(left({ areas: [street, house], restored: [{ ...house, title: "in words" }] })).toEqual([street]);
});

test("an operator sees what is suspected where his caller is", () => {
  const { suspicions } = storm();
  const place = { street: { id: 6, name: "Сейфуллин", kind: "street" }, house: "12", building: null, territories: [], networks: [] };
  expect(suspectedAt(place, suspicions).map(({ id }) => id)).toEqual([7]);
  expect(suspectedAt({ ...place, house: "41" }, suspicions)).toEqual([]);
  const fed = { ...place, house: "41", networks: [{ id: 22, code: "f", kind: "feeder", parent_id: 21, names: {} }] };
  expect(suspectedAt(fed, suspicions).map(({ id }) => id)).toEqual([8]);
  expect(suspectedAt({ ...place, street: { ...place.street, id: 3 } }, suspicions)).toEqual([]); // dismissed
});

test("an organisation's own people see what is suspected and what is out as one list, the newest first", () => {
  const { suspicions, outages } = storm();
  const told = troubles({ suspicions: suspicions.map((one) => ({ said: [], ...one })), outages: outages.filter(({ id }) => id === 1).map((one) => ({ said: [], ...one })) });
  expect(told.map(({ key }) => key)).toEqual(["s7", "s8", "s5", "o1"]);
});

test("what the map shows is named by its kind and number", () => {
  expect([idIn("s7", "s"), idIn("s7", "o"), idIn("o12", "o"), idIn(null, "s")]).toEqual([7, null, 12, null]);
});

test("the part that was restored last is offered to be taken back, unless it was already", () => {
  const burst = storm().outages.find(({ id }) => id === 1)!;
  expect(lastStep(burst)?.step).toBe(1);
  expect(lastStep({ restorations: burst.restorations.map((one) => ({ ...one, taken_back_at: one.at })) })).toBeNull();
  expect(lastStep({ restorations: [] })).toBeNull();
});

test("growth is drawn as steps from its first size to its last", () => {
  const at = (s: number) => new Date(s * 1000).toISOString();
  const grown: Suspicion["grown"] = [[at(0), 50], [at(50), 100]];
  expect(spark(grown, 100_000)).toBe("M0 15H50V2H100");
  expect(spark([], 0)).toBe("");
  expect(spark([[at(5), 0]], 5_000)).toBe("M0 28H100"); // one moment, nobody known
});

test("a chain is taken, running, or has ended with nobody", () => {
  const { outages } = storm();
  const burst = outages.find(({ id }) => id === 1)!;
  expect(chainState(burst)).toBe("taken");
  const steps = burst.steps.map((step) => ({ ...step, done_at: null, answer: "" as const }));
  expect(chainState({ ...burst, steps })).toBe("running");
  expect(chainState({ ...burst, steps: steps.map((step) => ({ ...step, answer: "unreached" as const })) })).toBe("nobody");
  expect(chainState({ ...burst, steps, chain_at: null })).toBe("");
});

describe("the time line", () => {
  const told = () => {
    const one = storm();
    return timeLine({ ...one, ladder: one }, NOW - 86_400_000, ({ areas }) => `${areas.length} places`, () => "said");
  };

  test("is in the order of time, the newest first, each moment once", () => {
    const moments = told();
    const at = moments.map((one) => Date.parse(one.at));
    expect(at).toEqual([...at].sort((a, b) => b - a));
    expect(new Set(moments.map(({ key }) => key)).size).toBe(moments.length);
    for (const what of ["rung", "suspected", "dismissed", "restored_part", "moved", "added", "published", "chain_taken"])
      expect(moments.map((one) => one.what), what).toContain(what);
  });

  test("has what crews said, of a suspicion and of an outage", () => {
    const one = storm();
    const at = new Date(NOW).toISOString();
    const word = { id: 1, at, suspicion_id: 7, outage_id: null, organisation: "teplo", by: "serik", says: "on" as const, areas: [], why: "the pump runs" };
    one.suspicions[0]!.said = [word];
    one.outages.find(({ id }) => id === 1)!.said = [{ ...word, id: 2, suspicion_id: null, outage_id: 1, says: "out" }];
    const crews = timeLine({ ...one, ladder: one }, 0, ({ areas }) => `${areas.length} places`, () => "").filter(({ what }) => what.startsWith("crew"));
    expect(crews.map(({ what, kind, who, outage }) => [what, kind, who, outage])).toEqual([["crew_on", "suspicion", "serik", undefined], ["crew_out", "outage", "serik", 1]]);
  });

  test("leaves out what was before", () => {
    const one = storm();
    expect(timeLine({ ...one, ladder: one }, NOW + 60_000, () => "", () => "")).toEqual([]);
  });

  test("a change that leaves the rung holds it, or lets it go", () => {
    const change = { at: new Date(NOW).toISOString(), by: "dana", why: "", because: {}, name: "overload" as const };
    const history = [{ ...change, n: 3, held: false }, { ...change, n: 2, held: true }, { ...change, n: 1, held: false }];
    const nothing = { suspicions: [], outages: [], additions: [], bulletins: [] };
    expect(timeLine({ ...nothing, ladder: { history } }, 0, () => "", () => "").map(({ what }) => what)).toEqual(["let_go", "held", "rung"]);
  });
});

describe("a bulletin", () => {
  const kept = { words: { ru: "Вода у школы", en: "" }, recorded: ["kk"], areas: [], pack: "", until: null } as unknown as Bulletin;

  test("ends by itself unless somebody says otherwise", () => {
    expect(Date.parse(bulletinDraft(null, NOW).until ?? "")).toBe(NOW + 6 * 3_600_000);
    expect(bulletinDraft(kept, NOW).until).toBeNull();
  });

  test("goes to the door without empty words and without titles", () => {
    const areas = [area("street", { street_id: 3, title: "Абай" })];
    expect(tidied({ words: { ru: " да ", kk: " " }, areas, pack: "", until: null })).toEqual({
      words: { ru: "да" }, areas: [area("street", { street_id: 3 })], pack: "", until: null,
    });
    expect(same(bulletinDraft(kept, NOW), { words: { ru: "Вода у школы " }, areas: [], pack: "", until: null })).toBe(true);
  });

  test("says something in the languages that are written or spoken", () => {
    expect(languagesOf(kept)).toEqual(["ru", "kk"]);
  });
});

describe("what is recorded", () => {
  test("is a WAV as the telephone has it, and too loud is cut off", () => {
    const view = new DataView(wav(Float32Array.of(0, 0.5, 2, -2)));
    const word = (at: number) => String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));
    expect([word(0), word(8), word(36)]).toEqual(["RIFF", "WAVE", "data"]);
    expect([view.getUint16(22, true), view.getUint32(24, true), view.getUint16(34, true), view.getUint32(40, true)]).toEqual([1, RATE, 16, 8]);
    expect([0, 1, 2, 3].map((i) => view.getInt16(44 + 2 * i, true))).toEqual([0, 16_384, 32_767, -32_767]);
  });

  test("begins and ends with the words", () => {
    const quiet = new Float32Array(4_000);
    expect(trimmed(quiet).length).toBe(0);
    quiet[2_000] = 0.5;
    expect(trimmed(quiet, 1_000).length).toBe(401);
  });
});
