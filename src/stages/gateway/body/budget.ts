/** How many bytes of unanswered requests the gateway may hold, over all connections. */

import { assert } from "../../../base/assert.ts";

export class ByteBudget {
  readonly #bytesMax: number;
  #held = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get held(): number {
    return this.#held;
  }

  fits(bytes: number): boolean {
    return this.#held + bytes <= this.#bytesMax;
  }

  /** Takes `bytes` when they fit; false, and nothing taken, when they do not. */
  take(bytes: number): boolean {
    if (!this.fits(bytes)) {
      return false;
    }
    this.#held += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#held -= bytes;
    assert(this.#held >= 0, "a request gives back no more bytes than it took");
  }
}
