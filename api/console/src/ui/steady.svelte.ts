/** A list that does not move under the hand: while the pointer or the focus is on it, what is there keeps its place. */
import type { Attachment } from "svelte/attachments";

export interface Placed<T> {
  one: T;
  /** It has left the list; its place is kept until the hand does. */
  gone: boolean;
}

/** The order of before; what is new comes last, what has left stays as it was. Pure. */
export function steadily<T extends { id: number }>(before: readonly Placed<T>[], items: readonly T[]): Placed<T>[] {
  const now = new Map(items.map((one) => [one.id, one]));
  const kept = before.map(({ one }) => ({ one: now.get(one.id) ?? one, gone: !now.has(one.id) }));
  const known = new Set(before.map(({ one }) => one.id));
  return [...kept, ...items.filter(({ id }) => !known.has(id)).map((one) => ({ one, gone: false }))];
}

/** A finger has no place of its own on the screen: it holds for a while. */
const TOUCH_MS = 4_000;

export class Steady<T extends { id: number }> {
  private held = $state(false);
  private before: readonly Placed<T>[] = [];
  private over = false;
  private inside = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  shown = $derived.by(() => {
    const items = this.items();
    this.before = this.held ? steadily(this.before, items) : items.map((one) => ({ one, gone: false }));
    return this.before;
  });

  constructor(private readonly items: () => readonly T[]) {}

  /** What was wanted is done: the list is in its own order again, until the hand moves next. */
  settle = (): void => {
    [this.over, this.inside] = [false, false];
    this.hold();
  };

  readonly attach: Attachment<HTMLElement> = (node) => {
    const on = {
      pointermove: (event: PointerEvent) => event.pointerType !== "touch" && this.hold({ over: true }),
      pointerleave: () => this.hold({ over: false }),
      pointerdown: (event: PointerEvent) => event.pointerType === "touch" && this.touched(),
      focusin: () => this.hold({ inside: true }),
      focusout: (event: FocusEvent) => this.hold({ inside: event.relatedTarget instanceof Node && node.contains(event.relatedTarget) }),
    };
    for (const [name, hear] of Object.entries(on)) node.addEventListener(name, hear as EventListener);
    return () => {
      clearTimeout(this.timer);
      for (const [name, hear] of Object.entries(on)) node.removeEventListener(name, hear as EventListener);
    };
  };

  private touched(): void {
    clearTimeout(this.timer);
    this.hold({ over: true });
    this.timer = setTimeout(() => this.hold({ over: false }), TOUCH_MS);
  }

  private hold(change: { over?: boolean; inside?: boolean } = {}): void {
    Object.assign(this, change);
    queueMicrotask(() => (this.held = this.over || this.inside)); // the focus leaves in the middle of a drawing too
  }
}
