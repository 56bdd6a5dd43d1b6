/** What the register's pages name again and again: topics, places, organisations, kinds of assets; read once. */
import { createContext } from "svelte";
import type { App } from "../lib/app.svelte";
import { Topics } from "../desk/topics.svelte";
import { RegisterDoors } from "./doors";
import { assetOf, type Branch, branches, nameIn, topicBranches } from "./tree";
import type { Area, AssetKind, Organisation, TreeNode } from "./types";

export class Reference {
  readonly doors: RegisterDoors;
  readonly topics: Topics;
  territories = $state.raw<TreeNode[]>([]);
  parts = $state.raw<TreeNode[]>([]);
  organisations = $state.raw<Organisation[]>([]);
  kinds = $state.raw<AssetKind[]>([]);

  constructor(private readonly app: App) {
    this.doors = new RegisterDoors(app.http);
    this.topics = new Topics(app.http);
  }

  /** Each by itself: a page that misses one of them still shows codes. */
  async load(): Promise<void> {
    await Promise.allSettled([
      this.topics.load(),
      this.doors.territories().then((all) => (this.territories = all)),
      this.doors.networks().then((all) => (this.parts = all)),
      this.doors.assetKinds().then((all) => (this.kinds = all)),
      this.loadOrganisations(),
    ]);
  }

  async loadOrganisations(): Promise<void> {
    this.organisations = await this.doors.organisations();
  }

  topic = (code: string): string => (code === "" ? "" : this.topics.name(code, this.app.language));
  /** `title`: what the door calls it in the reader's own language, for who does not know the organisations. */
  organisation = (code: string, title = ""): string => {
    const found = this.organisations.find((one) => one.code === code);
    return found ? nameIn(found.names, this.app.language, code) : title || code;
  };
  assetKind = (code: string): string => {
    const found = this.kinds.find((one) => one.code === code);
    return found ? nameIn(found.names, this.app.language, code) : code;
  };
  territory = (id: number | null): string => this.node(this.territories, id);
  part = (id: number | null): string => this.node(this.parts, id);
  /** An area in words: what this page knows in the screen's language, the rest as the door says it in the reader's own. */
  area = (of: Area): string => {
    if (of.scope === "all") return this.app.t("area_all");
    if (of.scope === "territory" && this.territories.length > 0) return this.territory(of.territory_id);
    if (of.scope === "part" && this.parts.length > 0) return this.part(of.part_id);
    return of.title || this.app.t(`area_how_${of.scope}`);
  };
  territoryTree = (): Branch[] => branches(this.territories, this.app.language);
  partTree = (): Branch[] => branches(this.parts, this.app.language);

  topicTree = (): Branch[] => topicBranches(this.topics.all, this.topic);
  /** What kind of asset a topic is about. */
  assetOf = (topic: string): string => assetOf(this.topics.all, topic);

  private node(among: readonly TreeNode[], id: number | null): string {
    const found = among.find((one) => one.id === id);
    return found ? nameIn(found.names, this.app.language, found.code) : id === null ? "" : `#${id}`;
  }
}

export const [getReference, setReference] = createContext<Reference>();
