/** Folds manifests of loaded cuts, a run at a time, so that they do not take a file each for ever; any step may be repeated. */

import { Fault } from "../../../base/faults.ts";
import type { ObjectName } from "../../../base/object-name.ts";
import type { ObjectStore } from "../../../seams/store.ts";
import { fromManifestText, manifestName } from "../manifest.ts";
import {
  FOLD_BYTES_MAX,
  type Fold,
  foldBytes,
  type FoldLimits,
  foldName,
  FOLDS,
  foldsBelow,
  type Run,
} from "./fold.ts";
import { readFold } from "./folds.ts";

/** The steps of a fold in their order; each is on disk when it is told. */
export type FoldStep = "folded" | "proved" | "removing" | "removed";

export interface FoldingOptions {
  /** What really lies in the lake. */
  readonly store: ObjectStore;
  readonly limits?: FoldLimits;
  /** Told after each step; tests kill the process here. */
  readonly onStep?: (step: FoldStep) => void;
}

/** Manifests that are read or removed side by side. */
const AT_ONCE = 16;

export class Folding {
  readonly #store: ObjectStore;
  readonly #limits: FoldLimits;
  readonly #onStep: ((step: FoldStep) => void) | undefined;
  /** The first cut of each stream that is in no fold. */
  readonly #next = new Map<string, number>();

  constructor({ store, limits = FOLDS, onStep }: FoldingOptions) {
    this.#store = store;
    this.#limits = limits;
    this.#onStep = onStep;
  }

  /**
   * Folds the next run of a stream where all of it is loaded and old enough; whether there is another one at once.
   * Throws LAKE_WRITE_FAILED, OBJECT_DAMAGED and the like; the next turn begins again where this one began.
   */
  async turn(stream: string, loaded: number): Promise<boolean> {
    const from = this.#next.get(stream) ?? (await this.#begin(stream));
    this.#next.set(stream, from);
    const { run: cuts, kept } = this.#limits;
    const to = from + cuts - 1;
    if (to > loaded - kept) {
      return false;
    }
    await this.#fold({ stream, from, to });
    this.#next.set(stream, to + 1);
    return to + cuts <= loaded - kept;
  }

  /** Where the life before came to. Its last fold is there; what is in it may not all have been removed. */
  async #begin(stream: string): Promise<number> {
    let newest: Run | undefined;
    const below = foldsBelow(stream);
    for await (const { name } of this.#store.list(below)) {
      const [from = 0, to = 0] = name
        .slice(below.length, -".ndjson.gz".length)
        .split("-")
        .map(Number);
      newest = { stream, from, to };
    }
    if (newest === undefined) {
      return 1;
    }
    // The last one goes last, so that it alone tells whether the others are gone.
    if ((await this.#store.get(manifestName(stream, newest.to))) !== undefined) {
      await this.#fold(newest);
    }
    return newest.to + 1;
  }

  async #fold(run: Run): Promise<void> {
    const singles = await this.#singles(run);
    const there = await readFold(this.#store, run);
    const fold = await this.#put(
      run,
      there?.texts.map((text) => Buffer.from(text)) ?? toFold(run, singles),
    );
    if (fold.texts.length === 0) {
      return;
    }
    for (const [at, text] of fold.texts.entries()) {
      const bytes = singles[at];
      if (at >= singles.length || bytes?.equals(Buffer.from(text)) === false) {
        const cause = `it tells of cut ${run.from + at} otherwise than its manifest`;
        throw new Fault("OBJECT_DAMAGED", { name: foldName(run), cause });
      }
    }
    this.#onStep?.("proved");
    await this.#remove(run);
  }

  /** Also where it is there already: only a put has it on disk that a life which was killed had begun to name. */
  async #put(run: Run, manifests: readonly Buffer[]): Promise<Fold> {
    const name = foldName(run);
    await this.#store.put(name, [foldBytes(run, manifests)]);
    this.#onStep?.("folded");
    const fold = await readFold(this.#store, run);
    if (fold === undefined) {
      throw new Fault("OBJECT_DAMAGED", { name, cause: "it was not stored as it is" });
    }
    return fold;
  }

  /** The run's manifests that lie by themselves, up to where they are too large together. */
  async #singles({ stream, from, to }: Run): Promise<readonly (Buffer | undefined)[]> {
    const found: (Buffer | undefined)[] = [];
    let bytes = 0;
    for (const names of inChunks(namesOf({ stream, from, to }))) {
      const some = await Promise.all(names.map((name) => this.#store.get(name)));
      bytes += some.reduce((sum, one) => sum + (one?.length ?? 0), 0);
      if (bytes > FOLD_BYTES_MAX) {
        break;
      }
      found.push(...some);
    }
    return found;
  }

  async #remove(run: Run): Promise<void> {
    const names = namesOf(run);
    for (const some of [...inChunks(names.slice(0, -1)), names.slice(-1)]) {
      await Promise.all(some.map((name) => this.#store.remove(name)));
      this.#onStep?.("removing");
    }
    this.#onStep?.("removed");
  }
}

/** What is folded of a run: all of it, or nothing where a manifest is missing, damaged, or too large with the others. */
function toFold({ stream, from, to }: Run, singles: readonly (Buffer | undefined)[]): Buffer[] {
  const whole = singles.flatMap((bytes, at) =>
    bytes !== undefined && isManifest(bytes, stream, from + at) ? [bytes] : [],
  );
  return whole.length === to - from + 1 ? whole : [];
}

function namesOf({ stream, from, to }: Run): readonly ObjectName[] {
  return Array.from({ length: to - from + 1 }, (_none, at) => manifestName(stream, from + at));
}

function* inChunks(names: readonly ObjectName[]): Iterable<readonly ObjectName[]> {
  for (let at = 0; at < names.length; at += AT_ONCE) {
    yield names.slice(at, at + AT_ONCE);
  }
}

/** Whether it is the cut's manifest and one line of text, so that a fold gives back the same bytes. */
function isManifest(bytes: Buffer, stream: string, cut: number): boolean {
  const text = bytes.toString("utf8");
  if (text.indexOf("\n") !== text.length - 1 || !Buffer.from(text).equals(bytes)) {
    return false;
  }
  try {
    const manifest = fromManifestText(text, manifestName(stream, cut));
    return manifest.stream === stream && manifest.cut === cut;
  } catch {
    return false;
  }
}
