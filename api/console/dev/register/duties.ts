/** Invented organisations, kinds of assets, and rules of who answers for what. */
import { area, covers } from "../../src/register/areas.ts";
import type { Answer, AssetKind, Duty, Finding, Organisation, Spot } from "../../src/register/types.ts";
import { SPOTS, titled } from "./town.ts";

function organisation(code: string, kk: string, ru: string, uk: string, en: string, more: Partial<Organisation> = {}): Organisation {
  return {
    code, names: { kk, ru, uk, en }, parent: "city", foreign: false, hours: "", phone: `+7700999020${code.length % 10}`, channel: "none",
    address: "", active: true, version: 1, ...more,
  };
}

const kind = (code: string, kk: string, ru: string, uk: string, en: string): AssetKind => ({ code, names: { kk, ru, uk, en } });

export class FakeDuties {
  organisations: Organisation[] = [
    organisation("city", "Қала әкімдігі", "Администрация города", "Адміністрація міста", "The city", { parent: "", hours: "office" }),
    organisation("teplo", "«Жылу» КМК", "КГП «Тепло»", "КП «Тепло»", "Heat company", { channel: "call", address: "+77009990201" }),
    organisation("vodokanal", "«Су арнасы» КМК", "КГП «Водоканал»", "КП «Водоканал»", "Waterworks", { channel: "sms", address: "+77009990202" }),
    organisation("energo", "«Қуат» желілері", "Сети «Энерго»", "Мережі «Енерго»", "Power networks"),
    organisation("lift", "«Лифт-сервис»", "«Лифт-сервис»", "«Ліфт-сервіс»", "Lift service", { hours: "office" }),
    organisation("railway", "Теміржол", "Железная дорога", "Залізниця", "Railway", { parent: "", foreign: true, channel: "webhook", address: "https://railway.example/tickets" }),
  ];
  kinds: AssetKind[] = [
    kind("heat_pipe", "Жылу құбыры", "Теплосеть", "Тепломережа", "Heat pipe"),
    kind("water_pipe", "Су құбыры", "Водопровод", "Водопровід", "Water pipe"),
    kind("power_line", "Электр желісі", "Электросеть", "Електромережа", "Power line"),
    kind("lift", "Жеделсаты", "Лифтовое хозяйство", "Ліфтове господарство", "Lifts"),
  ];
  duties: Duty[] = [
    { id: 1, asset_kind: "heat_pipe", organisation: "teplo", area: area("all"), note: "", version: 1 },
    { id: 2, asset_kind: "water_pipe", organisation: "vodokanal", area: area("all"), note: "", version: 1 },
    { id: 3, asset_kind: "water_pipe", organisation: "railway", area: area("houses", { street_id: 8, house_from: "1", house_to: "20", parity: "odd" }), note: "Договор 14/2025", version: 1 },
    { id: 4, asset_kind: "power_line", organisation: "energo", area: area("territory", { territory_id: 2 }), note: "", version: 1 },
    { id: 5, asset_kind: "lift", organisation: "lift", area: area("territory", { territory_id: 3 }), note: "", version: 2 },
    { id: 6, asset_kind: "lift", organisation: "teplo", area: area("territory", { territory_id: 3 }), note: "", version: 1 },
    { id: 7, asset_kind: "lift", organisation: "lift", area: area("territory", { territory_id: 2 }), note: "", version: 1 },
  ];

  private answers(spot: Spot, asset_kind: string): Duty[] {
    const rank = ["all", "territory", "part", "street", "houses", "building"];
    const mine = this.duties.filter((duty) => duty.asset_kind === asset_kind && covers(duty.area, spot));
    const best = Math.max(...mine.map((duty) => rank.indexOf(duty.area.scope)));
    return mine.filter((duty) => rank.indexOf(duty.area.scope) === best);
  }

  told = (duty: Duty, language: string): Duty => ({ ...duty, area: titled(duty.area, language) });

  who(spot: Spot | undefined, asset_kind: string, language: string): Answer | null {
    const [first, ...others] = spot ? this.answers(spot, asset_kind) : [];
    const organisation = this.organisations.find(({ code }) => code === first?.organisation);
    return first && organisation ? { organisation, duty: this.told(first, language), others: others.map((duty) => this.told(duty, language)) } : null;
  }

  check(language: string): Finding[] {
    return this.kinds.flatMap(({ code }): Finding[] => {
      const found = SPOTS.map((spot) => ({ spot, duties: this.answers(spot, code) }));
      const tell = (what: Finding["what"], cases: typeof found): Finding[] => {
        const [first] = cases;
        if (!first) return [];
        const example = `${first.spot.street}, ${first.spot.house}`;
        return [{ what, asset_kind: code, duties: first.duties.map((duty) => this.told(duty, language)), buildings: cases.length, example }];
      };
      return [
        ...tell("gap", found.filter(({ duties }) => duties.length === 0)),
        ...tell("overlap", found.filter(({ duties }) => new Set(duties.map((duty) => duty.organisation)).size > 1)),
      ];
    });
  }
}
