/** People logged in at the dashboard: a random cookie that stands for a key, in memory, for half a day. */

import type { Clock } from "../../../base/clock.ts";
import { LIMITS } from "../../../base/limits.ts";
import type { Random } from "./keys/secrets.ts";

const SESSION_MS = 12 * 3_600_000;
const TOKEN_BYTES = 32;

export class Sessions {
  readonly #clock: Clock;
  readonly #random: Random;
  /** Oldest first, as a Map keeps them. */
  readonly #open = new Map<string, { readonly keyId: string; readonly until: number }>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** A new cookie's value; the oldest session gives way when there are too many. */
  open(keyId: string): { readonly token: string; readonly maxAgeS: number } {
    const oldest = this.#open.keys().next();
    if (this.#open.size >= LIMITS.sessionsMax && oldest.done !== true) {
      this.#open.delete(oldest.value);
    }
    const token = this.#random(TOKEN_BYTES).toString("base64url");
    this.#open.set(token, { keyId, until: this.#clock.now() + SESSION_MS });
    return { token, maxAgeS: SESSION_MS / 1000 };
  }

  /** The id of the key behind a cookie; undefined when it stands for none, or no longer. */
  keyOf(token: string): string | undefined {
    const session = this.#open.get(token);
    if (session !== undefined && session.until <= this.#clock.now()) {
      this.#open.delete(token);
      return undefined;
    }
    return session?.keyId;
  }

  close(token: string): void {
    this.#open.delete(token);
  }
}
