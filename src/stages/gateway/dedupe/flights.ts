/** Batches that were handed to the log and are not answered yet, by their entries in the window's table. */

import type { Appended } from "../../../seams/append.ts";

export interface Flight {
  readonly start: number;
  readonly end: number;
  /** Never rejects: undefined when the log did not take the batch. */
  readonly landed: Promise<Appended | undefined>;
}

export class Flights {
  readonly #flights = new Set<Flight>();
  /** The repeats of one batch mostly wait for one other. */
  #found: Flight | undefined;

  /** `onEmpty` is called when the last batch under way is answered. */
  add(
    span: { readonly start: number; readonly end: number },
    landing: Promise<Appended>,
    onEmpty: () => void,
  ): void {
    const over = (): void => {
      this.#flights.delete(flight);
      this.#found = undefined;
      if (this.#flights.size === 0) {
        onEmpty();
      }
    };
    const landed = landing.then(
      (appended) => {
        over();
        return appended;
      },
      () => {
        over();
        return undefined;
      },
    );
    const flight: Flight = { ...span, landed };
    this.#flights.add(flight);
  }

  /** The batch that an entry belongs to. */
  of(entry: number): Flight | undefined {
    if (this.#found === undefined || !holds(this.#found, entry)) {
      this.#found = [...this.#flights].find((flight) => holds(flight, entry));
    }
    return this.#found;
  }
}

function holds({ start, end }: Flight, entry: number): boolean {
  return start <= entry && entry < end;
}
