/** Bounds what the read APIs do at once. */

import { Fault } from "../../base/faults.ts";

export class Gate {
  readonly #max: number;
  #inside = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** A place; giving it back twice counts once. Throws READERS_BUSY. */
  enter(): Disposable {
    if (this.#inside >= this.#max) {
      throw new Fault("READERS_BUSY", { max: this.#max });
    }
    this.#inside += 1;
    let held = true;
    return {
      [Symbol.dispose]: () => {
        this.#inside -= held ? 1 : 0;
        held = false;
      },
    };
  }
}
