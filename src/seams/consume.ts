/** stream → delivery. At least once, in order per shard, resumable from any position ever handed out. */

import type { Brand } from "../base/brand.ts";
import type { Instant } from "../base/clock.ts";

/** A place between two frames of a stream; opaque, compared only for equality. */
export type Position = Brand<string, "Position">;

/** Records of one shard that were made durable together. */
export interface Frame {
  readonly shard: number;
  /** Sequence of the first record; the others follow densely. */
  readonly firstSequence: number;
  readonly count: number;
  readonly acceptedAt: Instant;
  /** Where this frame starts, and where the next one does. */
  readonly position: Position;
  readonly next: Position;
  /** All records' bytes; record i is `bytes[starts[i], ends[i])`. Valid until the next read. */
  readonly bytes: Buffer;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly ids: readonly string[] | undefined;
  readonly keys: readonly string[] | undefined;
}

export interface StreamReader extends AsyncDisposable {
  /** The oldest position retained. */
  oldest(): Promise<Position>;
  /** The position after the newest durable frame. */
  newest(): Promise<Position>;
  /**
   * Frames from `from` on, until about `bytesMax` bytes (at least one frame when there is any); empty when there is
   * nothing new. Throws STREAM_POSITION_GONE, STREAM_CORRUPT.
   */
  read(from: Position, bytesMax: number): Promise<readonly Frame[]>;
  /** Resolves true as soon as something durable lies past `position`, false after `timeoutMs` or on abort. */
  wait(position: Position, timeoutMs: number, signal?: AbortSignal): Promise<boolean>;
}
