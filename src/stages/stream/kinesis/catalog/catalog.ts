/** The streams there are: those of the pipeline, and those made over the wire, with their logs. */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { toInstant, type Clock } from "../../../../base/clock.ts";
import { LIMITS } from "../../../../base/limits.ts";
import { openStream } from "../../stream.ts";
import { ACCOUNT, inUse, limitExceeded, streamNotFound } from "../faults.ts";
import { newFacts, type StreamFacts } from "./facts.ts";
import { LiveStream, type StreamSource } from "./live-stream.ts";
import { openFactsStore, type FactsStore } from "./store.ts";

export interface CatalogOptions {
  readonly clock: Clock;
  readonly random: (bytes: number) => Buffer;
  /** File of the facts, and folder of the logs of streams made over the wire. */
  readonly path: string;
  readonly folder: string;
  readonly pipeline: readonly StreamSource[];
}

/** A bare stream's log: every stream has its own, so that its files are smaller than a pipeline's. */
const SEGMENT_BYTES = 33_554_432;
const COMMIT_BYTES_MAX = 16_777_216;

export class Catalog implements AsyncDisposable {
  readonly #options: CatalogOptions;
  readonly #store: FactsStore;
  readonly #streams = new Map<string, LiveStream>();
  readonly #beginning = new Set<string>();

  private constructor(options: CatalogOptions, store: FactsStore) {
    this.#options = options;
    this.#store = store;
  }

  /** Opens every log, ends what a crash interrupted. Throws what opening a log throws. */
  static async open(options: CatalogOptions): Promise<Catalog> {
    const catalog = new Catalog(options, openFactsStore(options.path, options.random));
    const kept = catalog.#store.all();
    for (const source of options.pipeline) {
      const found = kept.find(({ name, folder }) => name === source.name && folder === undefined);
      const createdAt = source.log.shards[0]?.since ?? options.clock.now();
      const shards = source.log.shards.filter((row) => !row.closed).length;
      catalog.#add(source, found ?? newFacts(source.name, { createdAt, shards }));
    }
    for (const facts of kept) {
      if (facts.status === "DELETING") {
        await catalog.#erase(facts);
      } else if (facts.folder !== undefined && !catalog.#streams.has(facts.name)) {
        await catalog.#openBare(facts);
      }
    }
    return catalog;
  }

  get secret(): Buffer {
    return this.#store.secret;
  }

  /** By name. */
  all(): readonly LiveStream[] {
    return [...this.#streams.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  peek(name: string): LiveStream | undefined {
    return this.#streams.get(name);
  }

  /**
   * With a time, the stream that was made in that second: it tells a stream from one of its name that came before, and
   * some SDKs cut the time short. Throws ResourceNotFoundException.
   */
  find(name: string, createdAt?: number): LiveStream {
    const found = this.#streams.get(name);
    const other =
      createdAt !== undefined && secondOf(createdAt) !== secondOf(found?.facts.createdAt);
    if (found === undefined || other) {
      throw streamNotFound(name);
    }
    return found;
  }

  get openShards(): number {
    let count = 0;
    for (const { log } of this.#streams.values()) {
      count += log.shards.filter((row) => !row.closed).length;
    }
    return count;
  }

  /** Throws ResourceInUseException, LimitExceededException. */
  async create(name: string, given: Partial<StreamFacts> & { shards: number }): Promise<void> {
    if (this.#streams.has(name) || this.#beginning.has(name)) {
      throw inUse(`Stream ${name} under account ${ACCOUNT} already exists.`);
    }
    if (this.#streams.size + this.#beginning.size >= LIMITS.streamsMax) {
      throw limitExceeded(`There are ${LIMITS.streamsMax} streams, and no more can be made.`);
    }
    this.#beginning.add(name);
    try {
      const createdAt = this.#options.clock.now();
      const folder = this.#store.nextFolder();
      const facts = { ...newFacts(name, { createdAt, shards: given.shards, folder }), ...given };
      this.#store.save({ ...facts, status: "CREATING" });
      await this.#openBare(facts);
    } finally {
      this.#beginning.delete(name);
    }
  }

  save(stream: LiveStream, change: Partial<StreamFacts>): void {
    const facts = { ...stream.facts, ...change };
    this.#store.save(facts);
    stream.facts = facts;
  }

  /** Runs a change of the shard table while nothing else changes the stream. */
  async change(stream: LiveStream, run: () => Promise<void>): Promise<void> {
    stream.checkActive();
    stream.changing = true;
    try {
      await run();
      stream.source.pipeline?.resharded();
    } finally {
      stream.changing = false;
    }
  }

  /** Throws ResourceInUseException for a stream of the pipeline. */
  async remove(stream: LiveStream): Promise<void> {
    if (stream.source.pipeline !== undefined) {
      throw inUse(`Stream ${stream.name} is defined by the pipeline; remove it from pipeline.ts.`);
    }
    stream.checkActive();
    this.save(stream, { status: "DELETING" });
    this.#streams.delete(stream.name);
    this.#beginning.add(stream.name);
    try {
      await stream[Symbol.asyncDispose]();
      await stream.log[Symbol.asyncDispose]();
      await this.#erase(stream.facts);
    } finally {
      this.#beginning.delete(stream.name);
    }
  }

  /** Forgets what is past retention in the streams made over the wire. */
  async trim(): Promise<void> {
    for (const stream of this.#streams.values()) {
      if (stream.source.pipeline === undefined) {
        const delivered = await stream.read((reader) => reader.newest());
        const before = this.#options.clock.now() - stream.retentionHours * 3_600_000;
        await stream.log.trim({ before: toInstant(before), delivered });
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const stream of this.#streams.values()) {
      await stream[Symbol.asyncDispose]();
      if (stream.source.pipeline === undefined) {
        await stream.log[Symbol.asyncDispose]();
      }
    }
    this.#store[Symbol.dispose]();
  }

  async #openBare(facts: StreamFacts): Promise<void> {
    const { clock, random } = this.#options;
    const folder = this.#folderOf(facts);
    const log = await openStream({
      folder,
      stream: facts.name,
      shards: facts.shards,
      clock,
      random,
      segmentBytes: SEGMENT_BYTES,
      commitBytesMax: COMMIT_BYTES_MAX,
    });
    const active = { ...facts, status: "ACTIVE" } as const;
    this.#store.save(active);
    this.#add({ name: facts.name, log, folder, pipeline: undefined }, active);
  }

  #add(source: StreamSource, facts: StreamFacts): void {
    this.#streams.set(source.name, new LiveStream(source, facts));
  }

  async #erase(facts: StreamFacts): Promise<void> {
    await rm(this.#folderOf(facts), { recursive: true, force: true });
    this.#store.remove(facts);
  }

  #folderOf(facts: StreamFacts): string {
    // Numbers, not names: names may be `..`, or differ by case alone.
    return join(this.#options.folder, String(facts.folder));
  }
}

function secondOf(time = 0): number {
  return Math.floor(time / 1000);
}
