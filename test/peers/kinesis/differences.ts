/** Where other twins of Kinesis differ from ours in the cases of its conformance: who is right, and how that is known. */

export type Twin = "kinesis-local" | "moto";
/** `unknown` where AWS's answer is recorded nowhere that we know of. */
export type Right = "Millrace" | "unknown";

export interface Difference {
  readonly name: string;
  readonly twin: Twin;
  /** How the twin's answer begins. */
  readonly says: string;
  readonly right: Right;
  readonly why: string;
}

type Row = readonly [name: string, says: string, right: Right, why: string];

const RECORDED = "AWS's text is recorded; the twin has one of its own";
const SAME_KIND = "the same error; AWS's text is recorded nowhere";
const MODEL = "AWS's model has the bound, and names it in a ValidationException";
const UNCHECKED = "AWS refuses it, and its text is recorded; the twin does not look";
const BROKEN = "the twin fails with a page of HTML or nothing, which no client can read";

const KINESIS_LOCAL: readonly Row[] = [
  ["unknown stream", "ResourceNotFoundException: Stream arn", "Millrace", RECORDED],
  ["unknown ARN, told by its name", "ResourceNotFoundException: Stream arn", "Millrace", RECORDED],
  ["no stream at all", "InvalidArgumentException: Neither", "unknown", SAME_KIND],
  ["duplicate stream", "ResourceInUseException: Stream s already", "Millrace", RECORDED],
  ["too many shards", "LimitExceededException: The shard count", "Millrace", RECORDED],
  ["a constraint", "InvalidArgumentException: Stream Name", "Millrace", MODEL],
  ["two constraints", "InvalidArgumentException: Stream Name", "Millrace", MODEL],
  ["no key", "SerializationException: Invalid message", "Millrace", MODEL],
  ["no records", "accepted", "Millrace", MODEL],
  ["a hash key out of range", "InvalidArgumentException: ExplicitHashKey", "Millrace", RECORDED],
  [
    "a foreign number for ordering",
    "InvalidArgumentException: SequenceNumber could",
    "Millrace",
    RECORDED,
  ],
  [
    "a record above the stream's size",
    "InvalidArgumentException: Record data size",
    "unknown",
    "recorded only from when no stream could take more than 1 MiB; that text is ours",
  ],
  ["an iterator's shard", "ResourceNotFoundException: Could not find", "Millrace", RECORDED],
  [
    "an iterator's shard that is no shard",
    "ResourceNotFoundException: Could not find shardId",
    "Millrace",
    RECORDED,
  ],
  ["a number where none belongs", "accepted", "Millrace", UNCHECKED],
  ["a foreign number", "accepted", "Millrace", UNCHECKED],
  ["a time to come", "accepted", "Millrace", UNCHECKED],
  ["no iterator of ours", "Unknown: UnknownError", "Millrace", BROKEN],
  [
    "an unknown shard to split",
    "ResourceNotFoundException: Could not find shardId",
    "Millrace",
    RECORDED,
  ],
  ["a split at the border", "accepted", "Millrace", UNCHECKED],
  [
    "no neighbours",
    "ResourceInUseException: Shard",
    "Millrace",
    "the twin has closed that shard by the split it should have refused",
  ],
  [
    "more than double",
    "accepted",
    "Millrace",
    "the twin has three open shards by then, and five are not double",
  ],
  ["too short a retention", "InvalidArgumentException: Retention period", "Millrace", RECORDED],
  [
    "a longer one in Decrease",
    "InvalidArgumentException: Provided Retention",
    "Millrace",
    RECORDED,
  ],
  ["an illegal tag", "InvalidArgumentException: Keys contain", "Millrace", RECORDED],
  [
    "fifty-one tags",
    "InvalidArgumentException: Can only add 10",
    "Millrace",
    "AWS's model takes more than ten at once now; fifty is what a stream may have",
  ],
  [
    "no policy to delete",
    "accepted",
    "Millrace",
    "recorded on AWS: to delete what is not there is an error",
  ],
  ["half a consumer's name", "InvalidArgumentException: ConsumerArn or both", "unknown", SAME_KIND],
  ["an unknown consumer", "ResourceNotFoundException: ConsumerName", "unknown", SAME_KIND],
  ["provisioned without a count", "accepted", "Millrace", "AWS asks for the count in that mode"],
  [
    "bytes and keys come back in order, without EncryptionType",
    '[0,"NONE",["0003ff0a0d"',
    "Millrace",
    "observed on AWS: records that are not encrypted carry no EncryptionType",
  ],
  [
    "an explicit hash key decides, whatever the key",
    '["shardId-000000000000","shardId-000000000001"',
    "Millrace",
    "a range ends with its EndingHashKey, which is the last key of the first shard",
  ],
  [
    "a stream without a count is on demand, with four shards",
    '[4,"PROVISIONED"]',
    "Millrace",
    "observed on AWS",
  ],
  [
    "a stream without a policy has an empty one, then the one that was put",
    "ResourceNotFoundException: No resource policy",
    "Millrace",
    "observed on AWS: it answers with an empty policy",
  ],
];

const MOTO: readonly Row[] = [
  [
    "no stream at all",
    "ResourceNotFoundException: Stream None",
    "Millrace",
    "an argument is missing, and no stream is called None",
  ],
  ["duplicate stream", "ResourceInUseException: s", "Millrace", RECORDED],
  ["too many shards", "accepted", "Millrace", UNCHECKED],
  ["a constraint", "ResourceNotFoundException: Stream a b", "Millrace", MODEL],
  ["two constraints", "ResourceNotFoundException: Stream ", "Millrace", MODEL],
  ["no key", "InvalidArgumentException: partition_key", "Millrace", MODEL],
  ["no records", "accepted", "Millrace", MODEL],
  ["a hash key out of range", "InvalidArgumentException: explicit_hash", "Millrace", RECORDED],
  ["a foreign number for ordering", "accepted", "Millrace", UNCHECKED],
  [
    "a record above the stream's size",
    "accepted",
    "Millrace",
    "AWS takes 1 MiB until the stream is told otherwise",
  ],
  [
    "an iterator's shard that is no shard",
    "ResourceNotFoundException: Shard abc",
    "Millrace",
    RECORDED,
  ],
  ["a number where none belongs", "accepted", "Millrace", UNCHECKED],
  ["a foreign number", "accepted", "Millrace", UNCHECKED],
  ["a time to come", "accepted", "Millrace", UNCHECKED],
  ["no iterator of ours", "SyntaxError:", "Millrace", BROKEN],
  ["a split at the border", "accepted", "Millrace", UNCHECKED],
  ["no neighbours", "InvalidArgumentException: shardId-", "Millrace", RECORDED],
  [
    "more than double",
    "InvalidArgumentException: NewStartingHashKey 0",
    "Millrace",
    "the twin tries it, by the one shard without width that it should not have",
  ],
  ["an illegal tag", "accepted", "Millrace", UNCHECKED],
  ["fifty-one tags", "accepted", "Millrace", UNCHECKED],
  [
    "half a consumer's name",
    "ResourceNotFoundException: Consumer None",
    "Millrace",
    "an argument is missing, and no consumer is called None",
  ],
  ["an unknown consumer", "ResourceNotFoundException: Consumer c,", "unknown", SAME_KIND],
  [
    "provisioned without a count",
    "ResourceInUseException: t",
    "Millrace",
    "AWS asks for the count first; the twin has made a stream that it should have refused",
  ],
  ["an explicit hash key decides, whatever the key", "SyntaxError:", "Millrace", BROKEN],
  [
    "a call of six million bytes is taken",
    "InvalidArgumentException: Records size exceeds 5 MB",
    "Millrace",
    "AWS takes 10 MiB a call since October 2025",
  ],
  ["a stream may be told to take records of 10 MiB", "SyntaxError:", "Millrace", BROKEN],
  [
    "each call gives another iterator, even when nothing came",
    "1",
    "Millrace",
    "observed on AWS: NextShardIterator differs on every call",
  ],
  [
    "a closed shard ends with its children and no iterator",
    '[["a"],"',
    "Millrace",
    "a reader would never come to the children; AWS's client library waits for this end",
  ],
  [
    "AT_LATEST lists the shards that are open",
    '["shardId-000000000000"',
    "Millrace",
    "AWS documents the filter as: open now",
  ],
  [
    "pages of shards",
    "InvalidToken:",
    "Millrace",
    "AWS's token is used without MaxResults, which may not be there to repeat",
  ],
  ["a stream without a count is on demand, with four shards", "SyntaxError:", "Millrace", BROKEN],
  ["tags by ARN", "SyntaxError:", "Millrace", "the twin has no tags by ARN and answers in HTML"],
  [
    "a consumer is registered, described, listed and gone",
    "[false,true,1]",
    "Millrace",
    "AWS's model has a pattern for a consumer's ARN, which the twin's does not match",
  ],
  [
    "a removed stream is gone",
    "[false,false]",
    "Millrace",
    "a page of names has a hundred on AWS; the twin's has ten, and the name is on the next",
  ],
];

const toRows = (twin: Twin, rows: readonly Row[]): readonly Difference[] =>
  rows.map(([name, says, right, why]) => ({ name, twin, says, right, why }));

export const DIFFERENCES: readonly Difference[] = [
  ...toRows("kinesis-local", KINESIS_LOCAL),
  ...toRows("moto", MOTO),
];
