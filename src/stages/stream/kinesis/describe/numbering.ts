/** The sequence numbers that Kinesis shows, for whoever reads a log without the service: in another thread, say. */

import { nodeDisk } from "../../../../base/node-disk.ts";
import { readIdentity } from "../../identity.ts";
import { sequenceBase, toSequenceNumber } from "../records/sequence-number.ts";

/** Numbers records of one shard that were accepted together. */
export type Numbers = (sequence: number) => string;

export interface Numbering {
  of(place: { readonly shard: number; readonly acceptedAt: number }): Promise<Numbers>;
}

/** Over the log in a folder. Throws STREAM_CORRUPT when its description cannot be read. */
export function openNumbering({ folder, stream }: { folder: string; stream: string }): Numbering {
  let opened: readonly (number | undefined)[] = [];
  return {
    async of({ shard, acceptedAt }) {
      if (shard >= opened.length) {
        // Shards are written down before they take a record; one that is new was split or merged since the last look.
        const identity = await readIdentity(nodeDisk, folder, stream);
        opened = (identity?.shards ?? []).map(({ since }) => since);
      }
      const base = sequenceBase({ shard, since: opened[shard] ?? 0 }, acceptedAt);
      return (sequence) => toSequenceNumber(base, sequence);
    },
  };
}
