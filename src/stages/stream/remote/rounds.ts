/** Puts waiting events into the entries of one PutRecords call. Pure. */

/*
 * An entry that fails is sent again while others of its call are stored already: order within a key holds only where
 * no call has two entries of one key. Events of one key that wait together therefore become lines of one entry, which
 * is stored whole or not at all; and one call is under way at a time.
 */

import type { PutEntry } from "./client.ts";

/** One event on its way. */
export interface Waiting {
  /** What keeps order: 32 hexadecimal digits; undefined where none is asked for. */
  readonly hash: string | undefined;
  readonly key: string | undefined;
  readonly data: Buffer;
}

export interface Round<T extends Waiting> {
  readonly entries: readonly PutEntry[];
  /** The events of each entry, in its lines' order. */
  readonly members: readonly (readonly T[])[];
  /** Those that wait for the next round, in their order. */
  readonly left: readonly T[];
}

export interface RoundLimits {
  readonly entriesMax: number;
  readonly bytesMax: number;
  /** Of one entry, its key and line feeds included; an event larger than this goes alone. */
  readonly entryBytesMax: number;
}

/** What Kinesis takes in one call since 2025 is 10 MiB; half of that goes through at the old limit too. */
export const ROUND_LIMITS: RoundLimits = {
  entriesMax: 500,
  bytesMax: 5_242_880,
  entryBytesMax: 262_144,
};

interface Open<T> {
  readonly key: string;
  readonly hash: string | undefined;
  readonly members: T[];
  bytes: number;
}

/** Takes as many as the call has room for; `spread` gives a key to events that need none. */
export function planRound<T extends Waiting>(
  waiting: readonly T[],
  limits: RoundLimits,
  spread: () => string,
): Round<T> {
  const open = new Map<string, Open<T>>();
  const left: T[] = [];
  const late = new Set<string>();
  let [bytes, unkeyed] = [0, 0];
  for (const [place, event] of waiting.entries()) {
    const size = event.data.length + 1;
    if (open.size > 0 && bytes + size + KEY_BYTES > limits.bytesMax) {
      left.push(...waiting.slice(place));
      break;
    }
    const free = open.get(`#${unkeyed}`);
    if (event.hash === undefined && free !== undefined && free.bytes + size > SPREAD_BYTES) {
      unkeyed += 1;
    }
    const name = event.hash ?? `#${unkeyed}`;
    const entry = open.get(name);
    const joins = entry !== undefined && entry.bytes + size <= limits.entryBytesMax;
    const fresh = entry === undefined && open.size < limits.entriesMax;
    if (late.has(name) || !(joins || fresh)) {
      // What follows of the same key must not overtake it.
      late.add(name);
      left.push(event);
      continue;
    }
    bytes += size + (joins ? 0 : KEY_BYTES);
    if (joins) {
      entry.members.push(event);
      entry.bytes += size;
    } else {
      const key = event.key ?? event.hash ?? spread();
      open.set(name, { key, hash: event.hash, members: [event], bytes: size });
    }
  }
  const all = [...open.values()];
  return { entries: all.map(toEntry), members: all.map(({ members }) => members), left };
}

/** Events that need no order go in entries of this size, which Kinesis counts as one unit, over all shards. */
const SPREAD_BYTES = 25_600;
/** A key of hexadecimal digits, or the longest that Kinesis takes. */
const KEY_BYTES = 1024;
const LINE_FEED = Buffer.from("\n");

function toEntry({ key, hash, members }: Open<Waiting>): PutEntry {
  const lines = members.flatMap(({ data }, line) => (line === 0 ? [data] : [LINE_FEED, data]));
  const decimal = hash === undefined ? undefined : BigInt(`0x${hash}`).toString();
  return { key, hash: decimal, data: Buffer.concat(lines) };
}
