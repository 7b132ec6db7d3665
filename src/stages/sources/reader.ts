/** What every kind of source is to the one that runs it: batches from a checkpoint on, and a report on the way. */

import type { Clock } from "../../base/clock.ts";
import type { SourceBatch, SourceContext } from "../../define/source.ts";
import type { Trouble } from "../../seams/meter.ts";
import type { Fact } from "./checkpoints.ts";

export interface ReadBatch extends SourceBatch {
  /** Kept together with the checkpoint. */
  readonly facts?: readonly Fact[];
  /** The same for the same records in every life: with their places they have ids by it where the stream names none. */
  readonly key?: { readonly text: string; readonly first: number };
  /** Where a record comes from, for its dead letter. */
  readonly origin?: (member: number) => string;
  /** Aborts when the batch, as far as it is not kept, belongs to somebody else: it is then dropped. */
  readonly unwanted?: AbortSignal;
  /** Called when the batch and its checkpoint are durable. */
  readonly onDurable?: () => void;
}

/** What a source tells of itself; what it leaves out stays as it was, and undefined takes it back. */
export interface SourceReport {
  readonly progress?: string | undefined;
  readonly lag?: string | undefined;
  readonly notes?: readonly string[];
  readonly trouble?: Trouble | undefined;
}

export interface ReadContext extends SourceContext {
  /** The source's own name. */
  readonly name: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** What was noted under a name together with an earlier batch. */
  readonly fact: (name: string) => string | undefined;
  readonly tell: (report: SourceReport) => void;
}

export interface Reader {
  readonly stream: string;
  readonly title: string;
  /** When it is stopped, its end is waited for: others take over what it had. */
  readonly takesLeave?: boolean;
  readonly read: (context: ReadContext) => AsyncIterable<ReadBatch>;
}

/** What readers need of the machine. */
export interface ReaderWorld {
  /** Folder for files that are fetched; whoever opens the sources empties it. */
  readonly scratch: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}
