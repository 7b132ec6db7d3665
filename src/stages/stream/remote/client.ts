/** Kinesis by the AWS SDK, loaded only where a kinesis:// address is opened: it is an optional dependency. */

import type * as Kinesis from "@aws-sdk/client-kinesis";
import type { KinesisAddress } from "../../../base/address.ts";
import { Fault } from "../../../base/faults.ts";
import { isExpired, sayWhy } from "./answers.ts";

type Sdk = typeof Kinesis;

export interface PutEntry {
  readonly key: string;
  /** Decimal; undefined lets Kinesis hash the key. */
  readonly hash: string | undefined;
  readonly data: Buffer;
}

export type PutOutcome =
  | { readonly kind: "stored"; readonly shard: number; readonly sequence: string }
  | { readonly kind: "refused"; readonly cause: string };

export interface RemoteShard {
  /** `shardId-000000000003`. */
  readonly id: string;
  /** Shards whose records come before its own. */
  readonly parents: readonly string[];
}

export interface RemoteRecord {
  readonly sequence: string;
  readonly key: string;
  readonly data: Buffer;
}

export interface RemotePage {
  readonly records: readonly RemoteRecord[];
  /** Undefined where the shard was closed and all of it has been read. */
  readonly next: string | undefined;
  /** Whether there was nothing newer. */
  readonly newest: boolean;
}

/** One stream of Kinesis. Every call throws STREAM_UNREACHABLE when the SDK has given up. */
export interface RemoteStream extends Disposable {
  readonly stream: string;
  put(entries: readonly PutEntry[]): Promise<readonly PutOutcome[]>;
  shards(): Promise<readonly RemoteShard[]>;
  /** Undefined begins with the oldest record there is. */
  iterator(shard: string, after: string | undefined): Promise<string>;
  /** "expired" says that a new iterator is needed. */
  records(iterator: string): Promise<RemotePage | "expired">;
}

const CONNECT_MS = 5000;
const SILENCE_MS = 30_000;
const ATTEMPTS = 5;
const PAGE_RECORDS = 5000;

/** Throws DRIVER_MISSING. */
export async function openRemoteStream(
  address: KinesisAddress,
  stream: string,
): Promise<RemoteStream> {
  const { sdk, handler } = await loadSdk(address);
  const client = new sdk.KinesisClient({
    region: address.region,
    ...(address.endpoint === undefined ? {} : { endpoint: address.endpoint }),
    maxAttempts: ATTEMPTS,
    requestHandler: handler,
  });
  return new SdkStream({ sdk, client, stream, name: `${address.prefix}${stream}` });
}

interface Loaded {
  readonly sdk: Sdk;
  readonly handler: NonNullable<Kinesis.KinesisClientConfig["requestHandler"]>;
}

async function loadSdk({ endpoint }: KinesisAddress): Promise<Loaded> {
  try {
    const sdk = await import("@aws-sdk/client-kinesis");
    const waits = { requestTimeout: SILENCE_MS };
    if (endpoint === undefined) {
      return { sdk, handler: waits };
    }
    // The SDK speaks HTTP/2 to Kinesis, which servers other than AWS seldom understand.
    const { NodeHttpHandler } = await import("@smithy/node-http-handler");
    const options = { ...waits, connectionTimeout: CONNECT_MS, throwOnRequestTimeout: true };
    return { sdk, handler: new NodeHttpHandler(options) };
  } catch (thrown) {
    const facts = { what: "A stream on Kinesis", package: "@aws-sdk/client-kinesis" };
    throw new Fault("DRIVER_MISSING", facts, thrown);
  }
}

interface Parts {
  readonly sdk: Sdk;
  readonly client: Kinesis.KinesisClient;
  readonly stream: string;
  readonly name: string;
}

class SdkStream implements RemoteStream {
  readonly stream: string;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.stream = parts.stream;
    this.#parts = parts;
  }

  async put(entries: readonly PutEntry[]): Promise<readonly PutOutcome[]> {
    const { sdk, client, name: StreamName } = this.#parts;
    const Records = entries.map(({ key, hash, data }) => ({
      PartitionKey: key,
      ...(hash === undefined ? {} : { ExplicitHashKey: hash }),
      Data: data,
    }));
    return await this.#asking(async () => {
      const put = new sdk.PutRecordsCommand({ StreamName, Records });
      const { Records: answers = [] } = await client.send(put);
      return answers.map(toOutcome);
    });
  }

  async shards(): Promise<readonly RemoteShard[]> {
    const { sdk, client, name: StreamName } = this.#parts;
    return await this.#asking(async () => {
      const shards: RemoteShard[] = [];
      let NextToken: string | undefined;
      do {
        const where = NextToken === undefined ? { StreamName } : { NextToken };
        const page = await client.send(new sdk.ListShardsCommand(where));
        shards.push(...(page.Shards ?? []).map(toShard));
        ({ NextToken } = page);
      } while (NextToken !== undefined);
      return shards;
    });
  }

  async iterator(shard: string, after: string | undefined): Promise<string> {
    const { sdk, client, name: StreamName } = this.#parts;
    const from: Pick<
      Kinesis.GetShardIteratorInput,
      "ShardIteratorType" | "StartingSequenceNumber"
    > =
      after === undefined
        ? { ShardIteratorType: "TRIM_HORIZON" }
        : { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: after };
    return await this.#asking(async () => {
      const where = { StreamName, ShardId: shard, ...from };
      const { ShardIterator } = await client.send(new sdk.GetShardIteratorCommand(where));
      return ShardIterator ?? "";
    });
  }

  async records(iterator: string): Promise<RemotePage | "expired"> {
    const { sdk, client } = this.#parts;
    const command = new sdk.GetRecordsCommand({ ShardIterator: iterator, Limit: PAGE_RECORDS });
    try {
      const {
        Records = [],
        NextShardIterator: next,
        MillisBehindLatest: behindMs,
      } = await client.send(command);
      const records = Records.map(({ SequenceNumber = "", PartitionKey = "", Data }) => ({
        sequence: SequenceNumber,
        key: PartitionKey,
        data: Buffer.from(Data ?? []),
      }));
      const more = next === "" ? undefined : (next ?? undefined);
      return { records, next: more, newest: behindMs === 0 };
    } catch (thrown) {
      if (isExpired(thrown)) {
        return "expired";
      }
      throw this.#fault(thrown);
    }
  }

  [Symbol.dispose](): void {
    this.#parts.client.destroy();
  }

  async #asking<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (thrown) {
      throw this.#fault(thrown);
    }
  }

  #fault(thrown: unknown): Fault {
    const facts = { stream: this.#parts.name, cause: sayWhy(thrown) };
    return new Fault("STREAM_UNREACHABLE", facts, thrown);
  }
}

function toOutcome(answer: Kinesis.PutRecordsResultEntry): PutOutcome {
  const { ShardId, SequenceNumber: sequence, ErrorCode, ErrorMessage } = answer;
  return ShardId === undefined || sequence === undefined || ErrorCode
    ? { kind: "refused", cause: `${ErrorCode}: ${ErrorMessage}` }
    : { kind: "stored", shard: shardNumber(ShardId), sequence };
}

function toShard({
  ShardId = "",
  ParentShardId,
  AdjacentParentShardId,
}: Kinesis.Shard): RemoteShard {
  const parents = [ParentShardId, AdjacentParentShardId].filter((one) => one !== undefined);
  return { id: ShardId, parents };
}

/** Kinesis counts its shards: `shardId-000000000003` is 3. */
export function shardNumber(id: string): number {
  return Number(/\d+$/.exec(id)?.[0] ?? 0);
}
