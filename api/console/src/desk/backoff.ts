/** How long to wait before the next attempt to connect. Pure. */

export const FIRST_MS = 400;
export const MOST_MS = 8_000;

/**
 * Full jitter (between nothing and a bound that doubles), so that 200 desks do not come back in one instant.
 * `attempt` counts from 0; `random` is in [0, 1).
 */
export function backoff(attempt: number, random: number): number {
  return Math.round(Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 10)) * random);
}
