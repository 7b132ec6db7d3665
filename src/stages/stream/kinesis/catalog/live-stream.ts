/** A stream that the wire serves: its log, its facts, one reader that calls take turns with. */

import { openStreamReader, type LogReader } from "../../reader.ts";
import type { Stream } from "../../stream.ts";
import type { PutKeyed } from "../../../../seams/put.ts";
import { ACCOUNT, inUse } from "../faults.ts";
import type { StreamFacts } from "./facts.ts";

export interface StreamSource {
  readonly name: string;
  readonly log: Stream;
  /** Folder of the log. */
  readonly folder: string;
  /** Undefined for a stream without a definition: its records go into the log as they are. */
  readonly pipeline: PipelinePart | undefined;
}

/** What a stream of the pipeline brings along. */
export interface PipelinePart {
  readonly put: PutKeyed;
  readonly retentionMs: number;
  /** The key that the definition gives a record which came without one; undefined where it gives none. */
  keyOf(record: Buffer): string | undefined;
  /** Called when the number of open shards has changed. */
  resharded(): void;
}

export class LiveStream implements AsyncDisposable {
  readonly source: StreamSource;
  facts: StreamFacts;
  /** Being changed: readable and writable, but no other change begins. */
  changing = false;
  #reader: Promise<LogReader> | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(source: StreamSource, facts: StreamFacts) {
    this.source = source;
    this.facts = facts;
  }

  get name(): string {
    return this.source.name;
  }

  get log(): Stream {
    return this.source.log;
  }

  get status(): string {
    return this.changing ? "UPDATING" : this.facts.status;
  }

  get retentionHours(): number {
    const planned = (this.source.pipeline?.retentionMs ?? 86_400_000) / 3_600_000;
    return this.facts.retentionHours ?? Math.max(1, Math.ceil(planned));
  }

  openReader(): Promise<LogReader> {
    const { folder, log, name } = this.source;
    return openStreamReader({ folder, stream: name, shared: log.shared });
  }

  /** One at a time: what a reader gave stays valid until it is read from again. */
  read<T>(run: (reader: LogReader) => Promise<T>): Promise<T> {
    const result = this.#turn.then(async () => {
      this.#reader ??= this.openReader();
      return await run(await this.#reader);
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Throws ResourceInUseException while it is made, removed or changed. */
  checkActive(): void {
    if (this.status !== "ACTIVE") {
      throw inUse(
        `Stream ${this.name} under account ${ACCOUNT} not ACTIVE, instead in state ${this.status}`,
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#turn;
    await (await this.#reader)?.[Symbol.asyncDispose]();
  }
}
