/** What a user writes for one stream. */

import type { z } from "zod";
import type { LambdaHandler } from "./lambda.ts";
import type {
  backlogFields,
  bufferFields,
  dedupeFields,
  deliverFields,
  driftFields,
  GivenOf,
  lakeFields,
  streamFields,
} from "./fields.ts";

type Name<E> = Extract<keyof E, string>;

/** A rule beyond the schema; runs on the parsed event, so a stream with rules gives up the byte scanner. */
export interface Rule<E> {
  readonly test: (event: E) => boolean;
  /** What is wrong when the test is false, for people. */
  readonly says: string;
  /** The field to point at. */
  readonly field?: Name<E>;
}

/** What the transform may know beside the event. */
export interface TransformContext {
  readonly eventId: string;
  readonly shard: number;
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly acceptedAt: number;
}

export interface DeliverDefinition<E, R> extends GivenOf<typeof deliverFields> {
  readonly buffer?: GivenOf<typeof bufferFields>;
  /**
   * Makes the row from the event; `undefined` drops it (counted), a throw sets it aside. It must depend on nothing
   * but its arguments: a cut that is repeated after a crash must give the same rows. Or a Lambda handler's file, by
   * `lambdaHandler`.
   */
  readonly transform?: ((event: E, context: TransformContext) => R | undefined) | LambdaHandler;
  /** Shape of what the transform returns; left out, rows are events. */
  readonly row?: z.ZodType<R>;
}

export interface StreamDefinition<E = never, R = E> extends GivenOf<typeof streamFields> {
  /** A flat or nested zod object: becomes JSON Schema, table columns, CSV order. */
  readonly schema: z.ZodType<E>;
  /**
   * Fields whose values, joined by `|`, are the partition key; or a function of the event (slower: the event must be
   * parsed). Left out, records are spread and have no order among each other.
   */
  readonly key?: Name<E> | readonly Name<E>[] | ((event: E) => string);
  /** The event id, in the same forms; left out, the door assigns one. */
  readonly id?: Name<E> | readonly Name<E>[] | ((event: E) => string);
  readonly rules?: readonly Rule<E>[];
  /** How long a repeated event is known at the door: by its id, or by the request's Idempotency-Key without one. */
  readonly dedupe?: GivenOf<typeof dedupeFields>;
  /** How much of it may be on its way before nothing more is taken in. */
  readonly backlog?: GivenOf<typeof backlogFields>;
  readonly drift?: GivenOf<typeof driftFields>;
  readonly deliver?: DeliverDefinition<E, R>;
  /** What becomes of its objects once they are loaded. */
  readonly lake?: GivenOf<typeof lakeFields>;
  /** The table that rows are loaded into; left out, it has the stream's name. */
  readonly load?: { readonly table: string };
}

/** Types a stream; the event's type comes from its schema. */
export function defineStream<E, R = E>(stream: StreamDefinition<E, R>): StreamDefinition<E, R> {
  return stream;
}
