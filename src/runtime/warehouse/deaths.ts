/** Which cut the warehouse's process was loading each time it died, until it is plain that the cut is what ends it. Pure. */

import type { CutOfStream, DeadlyCut } from "../../stages/warehouse/index.ts";

/** How a life ended: by itself, or by somebody's hand, which may be the kernel's when memory runs out. */
export type Ending = "crash" | "kill";

/** Three crashes on one cut in a row; or twelve kills, which are most likely another's doing. */
const WEIGHT: Readonly<Record<Ending, number>> = { crash: 4, kill: 1 };
const DEADLY = 12;

interface Suspect extends CutOfStream {
  readonly weight: number;
  readonly deaths: number;
  readonly cause: string;
}

export class Deaths {
  #loading: CutOfStream | undefined;
  #suspect: Suspect | undefined;

  /** A cut is about to be loaded; undefined when its load has ended, well or not. */
  note(cut: CutOfStream | undefined): void {
    const ended = cut === undefined ? this.#loading : undefined;
    if (ended !== undefined && isSame(ended, this.#suspect)) {
      this.#suspect = undefined;
    }
    this.#loading = cut;
  }

  /** The process has ended, with what it was loading. */
  end(ending: Ending, cause: string): void {
    const cut = this.#loading;
    this.#loading = undefined;
    if (cut === undefined) {
      return;
    }
    const before = isSame(cut, this.#suspect) ? this.#suspect : undefined;
    this.#suspect = {
      ...cut,
      weight: (before?.weight ?? 0) + WEIGHT[ending],
      deaths: (before?.deaths ?? 0) + 1,
      cause,
    };
  }

  /** The cut that the next life must not load. */
  get deadly(): DeadlyCut | undefined {
    const suspect = this.#suspect;
    if (suspect === undefined || suspect.weight < DEADLY) {
      return undefined;
    }
    const { stream, cut, cause, deaths: attempts } = suspect;
    return { stream, cut, cause, attempts };
  }
}

function isSame(a: CutOfStream, b: CutOfStream | undefined): boolean {
  return a.stream === b?.stream && a.cut === b.cut;
}
