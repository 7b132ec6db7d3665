/** What is kept of each stream beside its log: all that Kinesis' control operations set. */

export interface ConsumerFacts {
  readonly name: string;
  readonly createdAt: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly policy: string | undefined;
}

export interface StreamFacts {
  readonly name: string;
  /** Number of the log's folder; undefined for a stream of the pipeline, whose log is elsewhere. */
  readonly folder: number | undefined;
  /** A stream that is made or removed says so until it is done: a restart goes on with it. */
  readonly status: "CREATING" | "ACTIVE" | "DELETING";
  readonly createdAt: number;
  /** Open shards that were asked for first. */
  readonly shards: number;
  readonly mode: "PROVISIONED" | "ON_DEMAND";
  /** Undefined: as the pipeline defines it. */
  readonly retentionHours: number | undefined;
  readonly recordKiBMax: number;
  readonly keyId: string | undefined;
  readonly metrics: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly policy: string | undefined;
  readonly warmMiBps: number | undefined;
  readonly spread: "AUTO" | "USER_PARTITION_KEY";
  readonly consumers: readonly ConsumerFacts[];
  /** When UpdateShardCount was called: so many a day are allowed. */
  readonly resized: readonly number[];
  /** The same for other operations, by name; what was kept by an earlier version has none. */
  readonly daily?: Readonly<Record<string, readonly number[]>>;
}

export const RECORD_KIB_MAX = 1024;

export function newFacts(
  name: string,
  given: { readonly createdAt: number; readonly shards: number; readonly folder?: number },
): StreamFacts {
  return {
    name,
    folder: given.folder,
    status: "ACTIVE",
    createdAt: given.createdAt,
    shards: given.shards,
    mode: "PROVISIONED",
    retentionHours: undefined,
    recordKiBMax: RECORD_KIB_MAX,
    keyId: undefined,
    metrics: [],
    tags: {},
    policy: undefined,
    warmMiBps: undefined,
    spread: "USER_PARTITION_KEY",
    consumers: [],
    resized: [],
  };
}
