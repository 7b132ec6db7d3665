/** Stands at a stream's transform: passes over records on which threads ended, and marks each other one while it runs. */

import { clearMark, setMark } from "./mark.ts";

/** A record on which the thread of its transform ended, so that it is set aside untried, always with the same words. */
export interface PoisonedRecord {
  readonly stream: string;
  readonly shard: number;
  readonly sequence: number;
  readonly says: string;
}

export interface TransformGuard {
  /** Why a record's transform must not run; undefined when it may, and is marked. */
  enter(shard: number, sequence: number): string | undefined;
  /** No transform of the stream runs any more. */
  leave(): void;
}

export interface GuardOptions {
  readonly poisoned: readonly PoisonedRecord[];
  /** Undefined where nobody watches. */
  readonly mark?: { readonly cells: Int32Array; readonly stream: number } | undefined;
  /** Told of each record before its transform runs, and when none of the stream's runs any more. */
  readonly trail?:
    | { readonly step: (shard: number, sequence: number) => void; readonly leave: () => void }
    | undefined;
}

export function openGuard({ poisoned, mark, trail }: GuardOptions): TransformGuard {
  const reasons = new Map(
    poisoned.map(({ shard, sequence, says }) => [`${shard}.${sequence}`, says]),
  );
  return {
    enter(shard, sequence) {
      const says = reasons.size === 0 ? undefined : reasons.get(`${shard}.${sequence}`);
      if (says === undefined && mark !== undefined) {
        setMark(mark.cells, { stream: mark.stream, shard, sequence });
        trail?.step(shard, sequence);
      }
      return says;
    },
    leave() {
      if (mark !== undefined) {
        clearMark(mark.cells);
        trail?.leave();
      }
    },
  };
}
