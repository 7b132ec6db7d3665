/** Shard iterators: sealed texts that name a place in a stream's log, good for five minutes. */

import { WireFault } from "../../../../wire/wire-fault.ts";
import type { Position } from "../../../../seams/consume.ts";
import { invalidArgument } from "../faults.ts";
import { sealText, unsealText, type SealMeans } from "./seal.ts";

export interface ShardIterator {
  readonly stream: string;
  readonly shard: number;
  /** Where in the log to look from; the log's own number is part of it. */
  readonly position: Position;
  /** Records of the shard with a lower sequence are passed over. */
  readonly next: number;
  readonly createdAt: number;
}

export const ITERATOR_MS_MAX = 300_000;

export function sealIterator(iterator: ShardIterator, by: SealMeans): string {
  const { createdAt, position, shard, next, stream } = iterator;
  return sealText([createdAt, position, shard, next, stream].join("/"), by);
}

/** Throws InvalidArgumentException, ExpiredIteratorException. */
export function unsealIterator(
  text: string,
  by: { readonly secret: Buffer; readonly now: number },
): ShardIterator {
  // AWS takes an iterator in double quotes as well, the way a shell script passes it on.
  const bare = /^"(.*)"$/.exec(text)?.[1] ?? text;
  const iterator = open(bare, by.secret);
  if (iterator === undefined) {
    throw invalidArgument("Invalid ShardIterator.");
  }
  if (by.now - iterator.createdAt > ITERATOR_MS_MAX) {
    throw new WireFault(
      "ExpiredIteratorException",
      `Iterator expired. The iterator was created at time ${toUtcText(iterator.createdAt)} ` +
        `while right now it is ${toUtcText(by.now)} which is further in the future than the ` +
        `tolerated delay of ${ITERATOR_MS_MAX} milliseconds.`,
    );
  }
  return iterator;
}

function open(sealed: string, secret: Buffer): ShardIterator | undefined {
  const text = unsealText(sealed, secret);
  if (text === undefined) {
    return undefined;
  }
  const [createdAt, position, shard, next, stream = ""] = text.split("/");
  return {
    stream,
    shard: Number(shard),
    position: position as Position, // Sealed by us, so one of ours.
    next: Number(next),
    createdAt: Number(createdAt),
  };
}

/** Thu Jan 22 01:22:02 UTC 2015 */
function toUtcText(ms: number): string {
  const [day, date, month, year, time] = new Date(ms).toUTCString().replace(",", "").split(" ");
  return `${day} ${month} ${date} ${time} UTC ${year}`;
}
