/** What Firehose sends a Lambda transform and what it makes of the answer. Pure. */

/** AWS's own bound on what an invocation takes and gives: 6 MB and a little for the envelope. */
export const PAYLOAD_BYTES_MAX = 6_291_556;

export interface LambdaRecord {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly arrivedAt: number;
  readonly data: Buffer;
  /** Where in a Kinesis stream it was; undefined where records were put directly. */
  readonly kinesis: KinesisPlace | undefined;
}

export interface KinesisPlace {
  readonly shardId: string;
  readonly partitionKey: string;
  readonly sequenceNumber: string;
  readonly subsequenceNumber: number;
}

export interface EventFacts {
  readonly invocationId: string;
  readonly deliveryStreamArn: string;
  readonly region: string;
  readonly sourceKinesisStreamArn: string | undefined;
}

/** The event of one invocation, as JSON with Firehose's members in Firehose's order. */
export function toEventText(records: readonly LambdaRecord[], facts: EventFacts): string {
  return JSON.stringify({
    invocationId: facts.invocationId,
    sourceKinesisStreamArn: facts.sourceKinesisStreamArn,
    deliveryStreamArn: facts.deliveryStreamArn,
    region: facts.region,
    records: records.map(({ id, arrivedAt, data, kinesis }) => ({
      recordId: id,
      approximateArrivalTimestamp: arrivedAt,
      data: data.toString("base64"),
      kinesisRecordMetadata: kinesis && {
        sequenceNumber: kinesis.sequenceNumber,
        subsequenceNumber: kinesis.subsequenceNumber,
        partitionKey: kinesis.partitionKey,
        shardId: kinesis.shardId,
        approximateArrivalTimestamp: arrivedAt,
      },
    })),
  });
}

/** Bytes that a record takes up in an event, never less than it really does. */
export function eventBytes({ data, kinesis }: LambdaRecord): number {
  // A key may have 256 characters of up to six bytes each when JSON escapes them.
  const place = kinesis === undefined ? 0 : kinesis.partitionKey.length * 6 + 400;
  return Math.ceil(data.length / 3) * 4 + place + 300;
}

export type PartitionKeys = Readonly<Record<string, string>>;

/** What became of one record. */
export type Outcome =
  | { readonly kind: "ok"; readonly data: Buffer; readonly keys: PartitionKeys }
  | { readonly kind: "dropped" }
  | Failure;

export interface Failure {
  readonly kind: "failed";
  /** Firehose's error code, `Lambda.…`. */
  readonly code: string;
  readonly message: string;
}

const FAILURES = {
  missing: failure(
    "Lambda.MissingRecordId",
    "One or more record Ids were not returned. Ensure that the Lambda function returns all received record Ids.",
  ),
  duplicated: failure(
    "Lambda.DuplicatedRecordId",
    "Multiple records were returned with the same record Id. Ensure that the Lambda function returns a unique record Id for each record.",
  ),
  processing: failure("Lambda.ProcessingFailedStatus", "ProcessingFailed status set for record"),
  noData: failure(
    "Lambda.InvalidReturnFormat",
    "The data field cannot be null when the SourceType is DirectPut or KinesisStreamAsSource and processing result is Ok.",
  ),
  result: failure(
    "Lambda.InvalidReturnFormat",
    "The result field must be one of Ok, Dropped or ProcessingFailed.",
  ),
  base64: failure("Lambda.InvalidReturnFormat", "The data field must be base64 encoded."),
  keys: failure("Lambda.InvalidReturnFormat", "metadata.partitionKeys must be an object of texts."),
} as const;

export function failure(code: string, message: string): Failure {
  return { kind: "failed", code, message };
}

/** The outcome of each record by what the handler answered, in the records' order. Unknown ids are ignored. */
export function judgeAnswer(records: readonly LambdaRecord[], answer: unknown): Outcome[] {
  const given = (answer as { records?: unknown } | null | undefined)?.records;
  const members = Array.isArray(given) ? (given as unknown[]) : [];
  const byId = new Map<string, unknown>();
  const twice = new Set<string>();
  for (const member of members) {
    const id = (member as { recordId?: unknown } | null)?.recordId;
    if (typeof id === "string") {
      if (byId.has(id)) {
        twice.add(id);
      }
      byId.set(id, member);
    }
  }
  return records.map(({ id }) => {
    if (twice.has(id)) {
      return FAILURES.duplicated;
    }
    const member = byId.get(id);
    return member === undefined ? FAILURES.missing : judgeMember(member as AnswerMember);
  });
}

interface AnswerMember {
  readonly result?: unknown;
  readonly data?: unknown;
  readonly metadata?: { readonly partitionKeys?: unknown } | null;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function judgeMember({ result, data, metadata }: AnswerMember): Outcome {
  if (result === "Dropped") {
    return { kind: "dropped" };
  }
  if (result === "ProcessingFailed") {
    return FAILURES.processing;
  }
  if (result !== "Ok") {
    return FAILURES.result;
  }
  if (data === undefined || data === null) {
    return FAILURES.noData;
  }
  if (typeof data !== "string" || !BASE64.test(data)) {
    return FAILURES.base64;
  }
  const keys = toKeys(metadata?.partitionKeys);
  return keys === undefined
    ? FAILURES.keys
    : { kind: "ok", data: Buffer.from(data, "base64"), keys };
}

function toKeys(given: unknown): PartitionKeys | undefined {
  if (given === undefined || given === null) {
    return {};
  }
  if (typeof given !== "object" || Array.isArray(given)) {
    return undefined;
  }
  const texts = Object.values(given).every((value) => typeof value === "string");
  return texts ? (given as PartitionKeys) : undefined;
}

/** One line of a failed-records object, with Firehose's members. */
export interface FailedDocument {
  readonly attemptsMade: number;
  readonly arrivalTimestamp: number;
  readonly errorCode: string;
  readonly errorMessage: string;
  readonly attemptEndingTimestamp: number;
  /** The record as it came in, base64. */
  readonly rawData: string;
  readonly lambdaArn: string;
}
