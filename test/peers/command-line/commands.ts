/** Commands of the AWS command line, one for every operation of Kinesis and Firehose, in an order that one server bears. */

export interface Row {
  /** The operation as the command line spells it, or a waiter of it. */
  readonly run: string;
  /** Apart by blanks; `$NAME` is what an earlier answer told, `$SECONDS` the shortest buffering that is known. */
  readonly with?: string;
  /** What the answer holds; without it there must be no answer. */
  readonly says?: unknown;
  /** What later rows need of the answer: name → path into it. */
  readonly keep?: Readonly<Record<string, string>>;
  /** Command lines of before 2026 do not know it. */
  readonly recent?: true;
  /** Words of the error that it must fail with. */
  readonly fails?: string;
  /** It is told before it is done: asked again until it is. */
  readonly soon?: true;
}

const S = "--stream-name cli";
const ARN = "--stream-arn $ARN";
const SHARD = "shardId-000000000000";
const KMS = `${S} --encryption-type KMS --key-id alias/aws/kinesis`;
const POLICY = '{"Version":"2012-10-17"}';
const DESCRIBED = { StreamName: "cli", StreamStatus: "ACTIVE" };

function summary(says: object): Row {
  const StreamDescriptionSummary = { ...DESCRIBED, ...says };
  return { run: "describe-stream-summary", with: S, says: { StreamDescriptionSummary } };
}

export const KINESIS: readonly Row[] = [
  { run: "create-stream", with: `${S} --shard-count 1` },
  { run: "create-stream", with: `${S} --shard-count 1`, fails: "ResourceInUseException" },
  { run: "wait stream-exists", with: S },
  {
    ...summary({ OpenShardCount: 1, RetentionPeriodHours: 24 }),
    keep: { ARN: "StreamDescriptionSummary.StreamARN" },
  },
  { run: "list-streams", says: { StreamNames: ["cli", "people", "prices"] } },
  {
    run: "put-record",
    with: `${S} --partition-key k --data hello`,
    says: { ShardId: SHARD },
    keep: { SEQUENCE: "SequenceNumber" },
  },
  {
    run: "put-records",
    with: `${S} --records [{"Data":"a","PartitionKey":"k"},{"Data":"b","PartitionKey":"k"}]`,
    says: { FailedRecordCount: 0, Records: [{ ShardId: SHARD }, { ShardId: SHARD }] },
  },
  {
    run: "get-shard-iterator",
    with: `${S} --shard-id ${SHARD} --shard-iterator-type AT_SEQUENCE_NUMBER --starting-sequence-number $SEQUENCE`,
    keep: { ITERATOR: "ShardIterator" },
    says: {},
  },
  {
    run: "get-records",
    with: "--shard-iterator $ITERATOR",
    says: { Records: ["hello", "a", "b"].map((text) => ({ Data: base64(text) })) },
  },
  { run: "split-shard", with: `${S} --shard-to-split ${SHARD} --new-starting-hash-key 99999` },
  { run: "wait stream-exists", with: S },
  { run: "list-shards", with: S, says: { Shards: [{ ShardId: SHARD }, {}, {}] } },
  {
    run: "merge-shards",
    with: `${S} --shard-to-merge shardId-000000000001 --adjacent-shard-to-merge shardId-000000000002`,
  },
  {
    run: "describe-stream",
    with: S,
    says: { StreamDescription: { ...DESCRIBED, Shards: [{}, {}, {}, {}] } },
  },
  {
    run: "update-shard-count",
    with: `${S} --target-shard-count 2 --scaling-type UNIFORM_SCALING`,
    says: { CurrentShardCount: 1, TargetShardCount: 2 },
  },
  { run: "increase-stream-retention-period", with: `${S} --retention-period-hours 72` },
  summary({ OpenShardCount: 2, RetentionPeriodHours: 72 }),
  { run: "decrease-stream-retention-period", with: `${S} --retention-period-hours 48` },
  summary({ RetentionPeriodHours: 48 }),
  { run: "add-tags-to-stream", with: `${S} --tags a=1,b=2` },
  { run: "remove-tags-from-stream", with: `${S} --tag-keys a` },
  { run: "list-tags-for-stream", with: S, says: { Tags: [{ Key: "b", Value: "2" }] } },
  { run: "tag-resource", with: "--resource-arn $ARN --tags c=3", recent: true },
  { run: "untag-resource", with: "--resource-arn $ARN --tag-keys b", recent: true },
  {
    run: "list-tags-for-resource",
    with: "--resource-arn $ARN",
    says: { Tags: [{ Key: "c", Value: "3" }] },
    recent: true,
  },
  { run: "start-stream-encryption", with: KMS },
  summary({ EncryptionType: "KMS", KeyId: "alias/aws/kinesis" }),
  { run: "stop-stream-encryption", with: KMS },
  {
    run: "enable-enhanced-monitoring",
    with: `${S} --shard-level-metrics IncomingBytes`,
    says: { DesiredShardLevelMetrics: ["IncomingBytes"] },
  },
  {
    run: "disable-enhanced-monitoring",
    with: `${S} --shard-level-metrics IncomingBytes`,
    says: { CurrentShardLevelMetrics: ["IncomingBytes"] },
  },
  {
    run: "put-resource-policy",
    with: `--resource-arn $ARN --policy ${POLICY}`,
    recent: true,
  },
  {
    run: "get-resource-policy",
    with: "--resource-arn $ARN",
    says: { Policy: POLICY },
    recent: true,
  },
  { run: "delete-resource-policy", with: "--resource-arn $ARN", recent: true },
  {
    run: "register-stream-consumer",
    with: `${ARN} --consumer-name fan`,
    says: { Consumer: { ConsumerName: "fan" } },
    keep: { CONSUMER: "Consumer.ConsumerARN" },
  },
  {
    run: "describe-stream-consumer",
    with: "--consumer-arn $CONSUMER",
    says: { ConsumerDescription: { ConsumerStatus: "ACTIVE" } },
  },
  {
    run: "list-stream-consumers",
    with: ARN,
    says: { Consumers: [{ ConsumerName: "fan" }] },
  },
  { run: "deregister-stream-consumer", with: "--consumer-arn $CONSUMER" },
  {
    run: "update-max-record-size",
    with: `${ARN} --max-record-size-in-ki-b 2048`,
    recent: true,
  },
  { run: "update-stream-mode", with: `${ARN} --stream-mode-details StreamMode=ON_DEMAND` },
  summary({ StreamModeDetails: { StreamMode: "ON_DEMAND" } }),
  {
    run: "update-stream-warm-throughput",
    with: `${ARN} --warm-throughput-mi-bps 10`,
    says: { WarmThroughput: { TargetMiBps: 10 } },
    recent: true,
  },
  { run: "describe-limits", says: { OnDemandStreamCount: 1 } },
  { run: "describe-account-settings", says: {}, recent: true },
  {
    run: "update-account-settings",
    with: "--minimum-throughput-billing-commitment Status=DISABLED",
    says: { MinimumThroughputBillingCommitment: { Status: "DISABLED" } },
    recent: true,
  },
  { run: "delete-stream", with: S },
  { run: "wait stream-not-exists", with: S },
  { run: "describe-stream", with: S, fails: "ResourceNotFoundException" },
];

const D = "--delivery-stream-name cli";
const WHERE = '"RoleARN":"arn:aws:iam::000000000000:role/r","BucketARN":"arn:aws:s3:::lake"';
const HINTS = '"BufferingHints":{"SizeInMBs":1,"IntervalInSeconds":$SECONDS}';

export const FIREHOSE: readonly Row[] = [
  {
    run: "create-delivery-stream",
    with: `${D} --extended-s3-destination-configuration {${WHERE},${HINTS},"Prefix":"cli/"} --tags Key=a,Value=1`,
    says: { DeliveryStreamARN: "arn:aws:firehose:us-east-1:000000000000:deliverystream/cli" },
  },
  {
    run: "create-delivery-stream",
    with: `${D} --s3-destination-configuration {${WHERE}}`,
    fails: "ResourceInUseException",
  },
  {
    run: "describe-delivery-stream",
    with: D,
    says: { DeliveryStreamDescription: { DeliveryStreamStatus: "ACTIVE", VersionId: "1" } },
    soon: true,
    keep: { DESTINATION: "DeliveryStreamDescription.Destinations.0.DestinationId" },
  },
  { run: "list-delivery-streams", says: { DeliveryStreamNames: ["cli", "people", "prices"] } },
  { run: "put-record", with: `${D} --record {"Data":"hello"}`, says: { Encrypted: false } },
  {
    run: "put-record-batch",
    with: `${D} --records [{"Data":"-a"},{"Data":"-b"}]`,
    says: { FailedPutCount: 0, RequestResponses: [{}, {}] },
  },
  { run: "tag-delivery-stream", with: `${D} --tags Key=b,Value=2` },
  { run: "untag-delivery-stream", with: `${D} --tag-keys a` },
  {
    run: "list-tags-for-delivery-stream",
    with: D,
    says: { Tags: [{ Key: "b", Value: "2" }], HasMoreTags: false },
  },
  { run: "start-delivery-stream-encryption", with: D },
  {
    run: "describe-delivery-stream",
    with: D,
    says: {
      DeliveryStreamDescription: { DeliveryStreamEncryptionConfiguration: { Status: "ENABLED" } },
    },
  },
  { run: "stop-delivery-stream-encryption", with: D },
  {
    run: "update-destination",
    with: `${D} --current-delivery-stream-version-id 1 --destination-id $DESTINATION --extended-s3-destination-update {"Prefix":"cli/"}`,
  },
  {
    run: "describe-delivery-stream",
    with: D,
    says: { DeliveryStreamDescription: { VersionId: "2" } },
  },
];

/** What the objects are looked at before. */
export const FIREHOSE_END: readonly Row[] = [
  { run: "delete-delivery-stream", with: D },
  { run: "describe-delivery-stream", with: D, fails: "ResourceNotFoundException", soon: true },
];

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
