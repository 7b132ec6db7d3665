/** Which offsets of each partition are durable here, and what a restart makes of them. Pure. */

/** Offsets by `topic/partition`: the next one wanted. */
export type Offsets = Map<string, bigint>;

export interface Place {
  readonly topic: string;
  readonly partition: number;
}

export function placeName({ topic, partition }: Place): string {
  return `${topic}/${partition}`;
}

export function toPlace(name: string): Place {
  const slash = name.lastIndexOf("/");
  return { topic: name.slice(0, slash), partition: Number(name.slice(slash + 1)) };
}

export interface Known {
  /** Durable here. */
  readonly own: bigint;
  /** What the group has committed, -1 when nothing. */
  readonly committed: bigint;
  /** The partition's end. */
  readonly end: bigint;
  /** A crash leaves at most so many durable and not committed. */
  readonly gapMax: bigint;
}

/**
 * The offset below which messages are here already. A kill between keeping a batch and committing it leaves a small gap,
 * which is passed over. Anything else is somebody's wish: a group that was set back, or a topic made anew.
 */
export function durableUpTo({ own, committed, end, gapMax }: Known): bigint {
  const gap = own - (committed < 0n ? 0n : committed);
  return own <= end && gap > 0n && gap <= gapMax ? own : 0n;
}

export interface Behind {
  /** The places that are read here. */
  readonly own: readonly string[];
  /** The next offset wanted of each, as far as it is known. */
  readonly at: ReadonlyMap<string, bigint>;
  /** By topic, the end of each partition. */
  readonly ends: ReadonlyMap<string, readonly bigint[]>;
}

/** How many messages are still to come; undefined as long as that is not known of every place. */
export function lagOf({ own, at, ends }: Behind): bigint | undefined {
  let behind = 0n;
  for (const name of own) {
    const { topic, partition } = toPlace(name);
    const [next, end] = [at.get(name), ends.get(topic)?.[partition]];
    if (next === undefined || end === undefined) {
      return undefined;
    }
    behind += end > next ? end - next : 0n;
  }
  return own.length === 0 ? undefined : behind;
}
