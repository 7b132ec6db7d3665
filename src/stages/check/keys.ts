/** Keys and ids of accepted records: read from scanned bytes or derived from events, hashed into the tally. */

import { LIMITS } from "../../base/limits.ts";
import type { Derived, StreamPlan } from "../../plan/plan.ts";
import type { Join, Scanner } from "../../scan/index.ts";
import { openJoin } from "../../scan/index.ts";
import { openKeyHashes } from "../../base/key-hashes.ts";
import type { Tally } from "./tally.ts";

export interface Keys {
  /** Reads the record just scanned: whether key and id are surely in order. False asks for a closer look. */
  read(bytes: Buffer): boolean;
  /** Hashes the key read last for the accepted record at `place`, and gathers its id. */
  putRead(place: number): void;
  /** Hashes `key` for the accepted record at `place`. */
  put(place: number, key: string): void;
}

/** Whether records of the stream are spread by key at all. */
export function isHashed(plan: StreamPlan): boolean {
  return plan.key !== undefined && plan.shards > 1;
}

export function openKeys(plan: StreamPlan, scanner: Scanner, tally: Tally): Keys {
  const hashes = openKeyHashes();
  const hashing = isHashed(plan);
  const keyJoin = joinOf(scanner, plan.key);
  const idJoin = joinOf(scanner, plan.id);

  function write(place: number, words: Uint32Array): void {
    const to = tally.hashes;
    to[4 * place] = words[0] as number;
    to[4 * place + 1] = words[1] as number;
    to[4 * place + 2] = words[2] as number;
    to[4 * place + 3] = words[3] as number;
  }

  return {
    read(bytes) {
      if (keyJoin !== undefined) {
        keyJoin.read(bytes);
        if (keyJoin.end - keyJoin.start > LIMITS.keyCharsMax) {
          return false;
        }
      }
      return idJoin === undefined || isPlainId(idJoin, bytes);
    },
    putRead(place) {
      if (hashing && keyJoin !== undefined) {
        write(place, hashes.of(keyJoin.bytes, keyJoin.start, keyJoin.end));
      }
      if (idJoin !== undefined) {
        tally.named?.add(idJoin.bytes, idJoin.start, idJoin.end);
      }
    },
    put(place, key) {
      if (hashing) {
        const bytes = Buffer.from(key);
        write(place, hashes.of(bytes, 0, bytes.length));
      }
    },
  };
}

function joinOf(scanner: Scanner, derived: Derived | undefined): Join | undefined {
  return derived?.kind === "fields" ? openJoin(scanner, derived.fields) : undefined;
}

const BAR = 124;

/** Whether the id is surely short enough and not blank. */
function isPlainId(join: Join, record: Buffer): boolean {
  join.read(record);
  const { bytes, start, end } = join;
  if (end - start > LIMITS.idCharsMax) {
    return false;
  }
  let p = start;
  while (p < end && bytes[p] === BAR) {
    p += 1;
  }
  return p < end;
}
