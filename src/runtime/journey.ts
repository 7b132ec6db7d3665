/** What the routes may ask of a running pipeline: the one value that start.ts makes and everything else reads. */

import type { Clock, Instant } from "../base/clock.ts";
import type { EventId, Sequence, ShardNumber, StreamName } from "../base/record.ts";
import type { Plan } from "../plan/plan.ts";
import type { Announcements } from "../seams/announce.ts";
import type { Position, StreamReader } from "../seams/consume.ts";
import type { Query } from "../seams/query.ts";
import type { PipelineStatus } from "../seams/status.ts";
import type { Verification } from "../seams/verify.ts";
import type { KnownPlace } from "./identity/windows.ts";
import type { LetterDesk } from "./letters/desk.ts";

/** A record as the log holds it. */
export interface LoggedRecord {
  readonly id: EventId;
  readonly stream: StreamName;
  readonly shard: ShardNumber;
  readonly sequence: Sequence;
  readonly acceptedAt: Instant;
  readonly bytes: Buffer;
}

/** A reader of one caller's own, and where it should begin. */
export interface Tail extends AsyncDisposable {
  readonly reader: StreamReader;
  readonly from: Position;
}

export interface DrainAnswer {
  readonly drained: boolean;
  readonly tookMs: number;
  /** What has not arrived, one sentence each. */
  readonly stuck: readonly string[];
}

export interface Journey {
  readonly plan: Plan;
  readonly clock: Clock;
  readonly query: Query;
  readonly announcements: Announcements;
  status(): PipelineStatus;
  /** Moves everything accepted so far to its row and model, or says what is stuck. */
  drain(timeoutMs: number): Promise<DrainAnswer>;
  verify(deep: boolean): Promise<Verification>;
  readonly letters: LetterDesk;
  /** Where the newest record of an id is kept, in every stream whose door knows it. */
  known(id: string): readonly KnownPlace[];
  /** A reader of a stream's log from `since` (or the newest end) on; undefined when there is no such stream. */
  read(stream: string, since?: Instant): Promise<Tail | undefined>;
  /** One record of the log; undefined when it was never there or is no longer retained. */
  record(at: {
    readonly stream: StreamName;
    readonly shard: ShardNumber;
    readonly sequence: Sequence;
  }): Promise<LoggedRecord | undefined>;
}
