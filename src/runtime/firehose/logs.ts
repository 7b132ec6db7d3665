/** The logs of delivery streams that records are put into: small segments, gone with their stream. */

import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "../../base/clock.ts";
import type { Position } from "../../seams/consume.ts";
import { openStream, type Stream } from "../../stages/stream/index.ts";

/** Two of the largest requests fit a commit, and a commit fits a segment. */
const SEGMENT_BYTES = 16_777_216;
const COMMIT_BYTES = 12_582_912;

export class PutLogs implements AsyncDisposable {
  readonly #folder: string;
  readonly #logs = new Map<string, Stream>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async open(id: string): Promise<Stream> {
    const folder = this.#path(id);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const log = await openStream({
      folder,
      stream: id,
      shards: 1,
      clock: systemClock,
      random: randomBytes,
      segmentBytes: SEGMENT_BYTES,
      commitBytesMax: COMMIT_BYTES,
    });
    this.#logs.set(id, log);
    return log;
  }

  async remove(id: string): Promise<void> {
    await this.#logs.get(id)?.[Symbol.asyncDispose]();
    this.#logs.delete(id);
    await rm(this.#path(id), { recursive: true, force: true });
  }

  /** What a reader in another thread needs; undefined when there is no such log. */
  access(id: string): { readonly folder: string; readonly shared: SharedArrayBuffer } | undefined {
    const log = this.#logs.get(id);
    return log && { folder: this.#path(id), shared: log.shared };
  }

  /** Forgets what is delivered. */
  async trim(deliveredOf: (id: string) => Position | undefined): Promise<void> {
    for (const [id, log] of this.#logs) {
      const delivered = deliveredOf(id);
      if (delivered !== undefined) {
        await log.trim({ before: systemClock.now(), delivered });
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#logs.values()].map((log) => log[Symbol.asyncDispose]()));
    this.#logs.clear();
  }

  #path(id: string): string {
    return join(this.#folder, "logs", id);
  }
}
