/** What the register's pages name again and again: topics, places, organisations, kinds of assets; read once. */
import { createContext } from "svelte";
import type { App } from "../lib/app.svelte";
import { Topics } from "../desk/topics.svelte";
import { RegisterDoors } from "./doors";
import { type Branch, branches, nameIn } from "./tree";
import type { AssetKind, Organisation, TreeNode } from "./types";

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
  territoryTree = (): Branch[] => branches(this.territories, this.app.language);
  partTree = (): Branch[] => branches(this.parts, this.app.language);

  /** Topics with their children under them, for a list of choices. */
  topicTree(): Branch[] {
    return this.topics.groups().flatMap(({ parent, topics }) =>
      topics.map((topic, i) => ({ key: topic.code, title: this.topic(topic.code), depth: parent && i > 0 ? 1 : 0 })),
    );
  }

  private node(among: readonly TreeNode[], id: number | null): string {
    const found = among.find((one) => one.id === id);
    return found ? nameIn(found.names, this.app.language, found.code) : id === null ? "" : `#${id}`;
  }
}

export const [getReference, setReference] = createContext<Reference>();
