/** Kinesis in memory for tests: shards that split, iterators that expire, puts that fail in part. */

import { createHash } from "node:crypto";
import { defined } from "../../../base/assert.ts";
import type { PutEntry, PutOutcome, RemotePage, RemoteRecord, RemoteStream } from "./client.ts";

interface Shard {
  readonly id: string;
  readonly parents: readonly string[];
  readonly from: bigint;
  readonly to: bigint;
  readonly records: RemoteRecord[];
  closed: boolean;
}

const HASHES = 2n ** 128n;
const PAGE = 7;

export class FakeKinesis {
  readonly #shards: Shard[] = [];
  #sequence = 10n ** 20n;
  #epoch = 0;
  /** Tells whether an entry is refused; the first try of each when left out. */
  refuses: (entry: PutEntry) => boolean = () => false;

  constructor(shards: number) {
    for (let n = 0n; n < BigInt(shards); n += 1n) {
      const size = HASHES / BigInt(shards);
      this.#add([], n * size, (n + 1n) * size - 1n);
    }
  }

  /** Closes a shard, and opens two for its hashes. */
  split(id: string): void {
    const shard = this.#of(id);
    shard.closed = true;
    const middle = (shard.from + shard.to) / 2n;
    this.#add([id], shard.from, middle);
    this.#add([id], middle + 1n, shard.to);
  }

  /** The oldest records of a shard are no longer kept. */
  forget(id: string, count: number): void {
    this.#of(id).records.splice(0, count);
  }

  /** No iterator handed out before is of any use after this. */
  expire(): void {
    this.#epoch += 1;
  }

  /** The stream as one process sees it; `step` is called before each call, and may throw. */
  open(stream: string, step: () => Promise<void> = async () => {}): RemoteStream {
    return {
      stream,
      put: async (entries) => {
        await step();
        return entries.map((entry) => this.#put(entry));
      },
      shards: async () => {
        await step();
        return this.#shards.map(({ id, parents }) => ({ id, parents }));
      },
      iterator: async (id, after) => {
        await step();
        const { records } = this.#of(id);
        const at = after === undefined ? 0 : records.findIndex((r) => r.sequence === after) + 1;
        return `${this.#epoch} ${id} ${at}`;
      },
      records: async (iterator) => {
        await step();
        return this.#read(iterator);
      },
      [Symbol.dispose]: () => {},
    };
  }

  #read(iterator: string): RemotePage | "expired" {
    const [epoch, id = "", at = "0"] = iterator.split(" ");
    if (Number(epoch) !== this.#epoch) {
      return "expired";
    }
    const shard = this.#of(id);
    const records = shard.records.slice(Number(at), Number(at) + PAGE);
    const end = Number(at) + records.length;
    const over = shard.closed && end >= shard.records.length;
    const newest = end >= shard.records.length;
    return { records, next: over ? undefined : `${epoch} ${id} ${end}`, newest };
  }

  #put(entry: PutEntry): PutOutcome {
    if (this.refuses(entry)) {
      return { kind: "refused", cause: "ProvisionedThroughputExceededException: slower" };
    }
    const md5 = createHash("md5").update(entry.key).digest("hex");
    const hash = BigInt(entry.hash ?? `0x${md5}`);
    const index = this.#shards.findIndex(
      ({ from, to, closed }) => !closed && from <= hash && hash <= to,
    );
    this.#sequence += 1n;
    const sequence = this.#sequence.toString();
    this.#shards[index]?.records.push({ sequence, key: entry.key, data: Buffer.from(entry.data) });
    return { kind: "stored", shard: index, sequence };
  }

  #add(parents: readonly string[], from: bigint, to: bigint): void {
    const id = `shardId-${String(this.#shards.length).padStart(12, "0")}`;
    this.#shards.push({ id, parents, from, to, records: [], closed: false });
  }

  #of(id: string): Shard {
    return defined(this.#shards[Number(id.slice(-12))], "tests ask for shards there are");
  }
}
