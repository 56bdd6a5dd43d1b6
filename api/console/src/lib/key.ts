/** A key that makes an order told twice one order; also over plain HTTP, where crypto.randomUUID is absent. */
export function orderKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
