/** What a pop is headed by: who is at the other end, and what the operator should do now. Pure. */
import type { Pop } from "../lib/types";
import type { Key } from "../words";

/** `hint` may ask for `{phone}`. */
export function headline(pop: Pick<Pop, "phase" | "role" | "kind" | "dialling">): { title: Key; hint: Key | null } {
  if (pop.phase === "wrap_up") return { title: "after_talk", hint: null };
  if (pop.role === "helper")
    return pop.phase === "ringing" ? { title: "helper_ringing", hint: "pick_up" } : { title: "helper_talking", hint: "helper_text" };
  if (pop.dialling) return { title: "dialling", hint: "dialling_text" };
  if (pop.phase === "ringing") return { title: pop.kind === "callback" ? "callback" : "incoming", hint: "pick_up" };
  return { title: pop.kind === "callback" ? "in_callback" : "in_talk", hint: null };
}
