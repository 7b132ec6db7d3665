/** An AWS service as the gateway sees it: a target prefix, the name its callers sign for, a table of operations. */

import type { StructureShape } from "./shapes/shape.ts";

/** What callers may be allowed, in the words of the gateway's scopes. */
export type Deed = "ingest" | "read" | "admin";

/** Without a stream, whether the deed is allowed on all of them. */
export type Allows = (deed: Deed, stream?: string) => boolean;

/** What every operation may know of the call. */
export interface Call {
  readonly requestId: string;
  /** Address of the client, for dead letters. */
  readonly caller: string;
  /** What the caller may do; looked at before `run` is called, and by `runJson` itself. */
  readonly allows: Allows;
  /** Region that the caller signed for. */
  readonly region: string;
  /** Aborted when the client goes away or the gateway stops. */
  readonly signal: AbortSignal;
}

/** An answer's content beside its shape. */
export interface OperationAnswer {
  /** Fits the operation's `output`; left out where there is no body. */
  readonly output?: object | undefined;
  /** Instead of `output`: an answer that is JSON already. */
  readonly json?: Buffer | string | undefined;
  /** Instead of both: events of an event stream, each made for the format that the client speaks. */
  readonly events?: AsyncIterable<WireEvent> | undefined;
  /** Further headers of the answer. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** One event of an event stream. */
export interface WireEvent {
  readonly type: string;
  readonly output: object;
  readonly shape: StructureShape;
}

export interface Operation {
  readonly input: StructureShape;
  /** Undefined where an answer has no body. */
  readonly output: StructureShape | undefined;
  /** `input` has passed its shape. Throws WireFault; a Fault of ours becomes the AWS error it comes closest to. */
  run(input: object, call: Call): Promise<OperationAnswer> | OperationAnswer;
  /**
   * A faster way for a JSON body, where there is one; undefined when the body needs the general way. What it throws
   * must be what the general way would throw, which also refuses callers that may not do it.
   */
  readonly runJson?: (body: Buffer, call: Call) => Promise<OperationAnswer> | undefined;
}

export interface WireService {
  /** `Kinesis_20131202` of `X-Amz-Target: Kinesis_20131202.PutRecord`. */
  readonly targetPrefix: string;
  /** `kinesis` of the credential's scope. */
  readonly signingName: string;
  readonly operations: ReadonlyMap<string, Operation>;
  /** What a caller must be allowed for an operation. */
  deedOf(operation: string): Deed;
  /** The stream that a request names; undefined where it names none. Throws WireFault. */
  streamOf(input: object): string | undefined;
}
