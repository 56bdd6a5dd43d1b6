/** Rules in the order in which they are read: kind by kind, from the general to the special. Pure. */
import { type AssetKind, type Duty, SCOPES } from "../register/types";

export function generalFirst(duties: readonly Duty[], kinds: readonly AssetKind[]): Duty[] {
  const place = (duty: Duty) => {
    const at = kinds.findIndex(({ code }) => code === duty.asset_kind);
    return at < 0 ? kinds.length : at;
  };
  return [...duties].sort((a, b) => place(a) - place(b) || SCOPES.indexOf(a.area.scope) - SCOPES.indexOf(b.area.scope) || a.id - b.id);
}
