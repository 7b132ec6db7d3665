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

  /** `onEmpty` is called when the last batch under way is answered. */
  add(
    span: { readonly start: number; readonly end: number },
    landing: Promise<Appended>,
    onEmpty: () => void,
  ): void {
    const over = (): void => {
      this.#flights.delete(flight);
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
    for (const flight of this.#flights) {
      if (flight.start <= entry && entry < flight.end) {
        return flight;
      }
    }
    return undefined;
  }
}
