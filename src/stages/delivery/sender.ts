/** Cuts on their way into the lake: written down in order, stored side by side, announced in order. */

import type { Clock } from "../../base/clock.ts";
import type { Trouble } from "../../seams/meter.ts";
import type { Encoded } from "./encode/encoder.ts";
import type { Place, PlannedCut } from "./journal.ts";
import type { CutNames } from "./object-names.ts";
import { type CutFacts, prepareCut, type Prepared } from "./prepare-cut.ts";
import { retrying } from "./retry.ts";
import { announceCut, type CutWorld, putParts } from "./store-cut.ts";

export interface SenderOptions {
  readonly world: CutWorld;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Told of each cut that is announced and marked, in order. */
  readonly arrived: (planned: PlannedCut) => void;
}

export interface Span {
  readonly from: Place;
  readonly to: Place;
  readonly names: CutNames;
  readonly facts: CutFacts;
}

/** A cut on its way; neither promise ever rejects, and false means that it was stopped. */
interface InFlight {
  readonly records: number;
  /** Settles once the cut is in the journal, on disk. */
  readonly planned: Promise<boolean>;
  /** Settles once it is announced and marked. */
  readonly announced: Promise<boolean>;
}

/** A cut that is in the journal, and the bytes it is made of. */
interface Ready {
  readonly planned: PlannedCut;
  readonly prepared: Prepared;
  /** As `planned` of a cut on its way. */
  readonly durable: Promise<boolean>;
}

/** Two objects on their way to the disk at a time hide each other's waits for it: 440k rows/s with one, 520k with two. */
const IN_FLIGHT_MAX = 2;

export class Sender {
  /** Why cuts do not arrive; undefined when they do. */
  trouble: Trouble | undefined;
  readonly #options: SenderOptions;
  /** Oldest first. */
  #inFlight: InFlight[] = [];

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Records of the cuts on their way. */
  get records(): number {
    return this.#inFlight.reduce((sum, cut) => sum + cut.records, 0);
  }

  /** Resolves once one more cut may be sent. */
  async room(): Promise<void> {
    while (this.#inFlight.length >= IN_FLIGHT_MAX) {
      await this.#inFlight[0]?.announced;
    }
  }

  /** Resolves once every cut sent so far has arrived, or was stopped. */
  async settle(): Promise<void> {
    await Promise.all(this.#inFlight.map(({ announced }) => announced));
  }

  /** Takes a batch over; its memory is given back when it has arrived. */
  send(encoded: Encoded, span: Span): void {
    const before = this.#inFlight.at(-1);
    const ready = this.#prepare(encoded, span, before);
    const inFlight: InFlight = {
      records: encoded.records,
      planned: ready.then(async (made) => (await made?.durable) === true),
      announced: this.#arrive(ready, before).finally(() => {
        encoded.release();
        this.#inFlight = this.#inFlight.filter((other) => other !== inFlight);
      }),
    };
    this.#inFlight.push(inFlight);
  }

  /** Compresses and hashes a cut and writes it down, after the one before it; undefined when stopped. */
  async #prepare(
    encoded: Encoded,
    { from, to, names, facts }: Span,
    before: InFlight | undefined,
  ): Promise<Ready | undefined> {
    const prepared = await this.#insist(() => prepareCut(encoded, facts));
    if (prepared === undefined || (await before?.planned) === false) {
      return undefined;
    }
    const { manifest } = prepared;
    const planned = { from, to, objectName: names.object, failedName: names.failed, manifest };
    const durable = this.#insist(async () => {
      const { journal, onStep } = this.#options.world;
      await journal.plan(planned);
      onStep?.("planned", manifest.cut);
      return true;
    });
    return { planned, prepared, durable: durable.then((told) => told === true) };
  }

  /**
   * Stores a cut once it is written down, and announces it after the one before it. Plan, object and manifest are on
   * their way to the disk at the same time, and get their names one after the other: of five waits for the disk three.
   */
  async #arrive(
    coming: Promise<Ready | undefined>,
    before: InFlight | undefined,
  ): Promise<boolean> {
    const ready = await coming;
    if (ready === undefined) {
      return false;
    }
    const { planned, prepared, durable } = ready;
    const { world, arrived } = this.#options;
    const stored = this.#insist(() => putParts(planned, prepared, { ...world, durable }));
    const whole = stored.then(async (put) => put === true && (await before?.announced) !== false);
    const told = await this.#insist(() => announceCut(planned, { ...world, ready: whole }));
    if (told === true) {
      arrived(planned);
    }
    return told === true;
  }

  /** Tries until it succeeds, showing the trouble meanwhile; undefined when stopped first. */
  async #insist<T>(work: () => Promise<T>): Promise<T | undefined> {
    const { clock, sleep, signal } = this.#options;
    const tell = (trouble: Trouble | undefined): void => {
      this.trouble = trouble;
    };
    return await retrying(work, { clock, sleep, signal, tell });
  }
}
