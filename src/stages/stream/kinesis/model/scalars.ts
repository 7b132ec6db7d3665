/** The texts, numbers and enumerations of Kinesis' requests and answers, with their bounds. */

export const SCALARS = String.raw`
BooleanObject = boolean
ChannelCountObject = integer 0..1000000
ChildShardList = [ ChildShard ]
ConsumerARN = string 1..2048
  /^(arn):aws.*:kinesis:.*:\d{12}:.*stream\/[a-zA-Z0-9_.-]+\/consumer\/[a-zA-Z0-9_.-]+:[0-9]+/
ConsumerCountObject = integer 0..1000000
ConsumerList = [ Consumer ]
ConsumerName = string 1..128 /[a-zA-Z0-9_.-]+/
ConsumerStatus = string enum CREATING DELETING ACTIVE
Data = blob 0..10485760
DescribeStreamInputLimit = integer 1..10000
EncryptionType = string enum NONE KMS
EnhancedMonitoringList = [ EnhancedMetrics ]
ErrorCode = string
ErrorMessage = string
GetRecordsInputLimit = integer 1..10000
HashKey = string /^(0|([1-9]\d{0,38}))$/
KeyId = string 1..2048
ListShardsInputLimit = integer 1..10000
ListStreamConsumersInputLimit = integer 1..10000
ListStreamsInputLimit = integer 1..10000
ListTagsForStreamInputLimit = integer 1..50
MaxRecordSizeInKiB = integer 1024..10240
MetricsName = string enum IncomingBytes IncomingRecords OutgoingBytes OutgoingRecords
  WriteProvisionedThroughputExceeded ReadProvisionedThroughputExceeded IteratorAgeMilliseconds ALL
MetricsNameList = [ MetricsName ] 1..7
MillisBehindLatest = long 0..
MinimumThroughputBillingCommitmentInputStatus = string enum ENABLED DISABLED
MinimumThroughputBillingCommitmentOutputStatus = string enum ENABLED DISABLED
  ENABLED_UNTIL_EARLIEST_ALLOWED_END
NaturalIntegerObject = integer 0..
NextToken = string 1..1048576
OnDemandStreamCountLimitObject = integer 0..1000000
OnDemandStreamCountObject = integer 0..1000000
PartitionKey = string 1..256
Policy = string
PositiveIntegerObject = integer 1..
PutRecordsRequestEntryList = [ PutRecordsRequestEntry ] 1..500
PutRecordsResultEntryList = [ PutRecordsResultEntry ] 1..500
QueueCountObject = integer 0..1000000
RecordDistributionStrategy = string enum AUTO USER_PARTITION_KEY
RecordList = [ Record ]
ResourceARN = string 1..2048 /arn:aws.*:kinesis:.*:\d{12}:.*(stream|channel|queue)/\S+/
RetentionPeriodHours = integer
ScalingType = string enum UNIFORM_SCALING
SequenceNumber = string /^(0|([1-9]\d{0,128}))$/
ShardCountObject = integer 0..1000000
ShardFilterType = string enum AFTER_SHARD_ID AT_TRIM_HORIZON FROM_TRIM_HORIZON AT_LATEST
  AT_TIMESTAMP FROM_TIMESTAMP
ShardId = string 1..128 /[a-zA-Z0-9_.-]+/
ShardIdList = [ ShardId ]
ShardIterator = string 1..512
ShardIteratorType = string enum AT_SEQUENCE_NUMBER AFTER_SEQUENCE_NUMBER TRIM_HORIZON LATEST
  AT_TIMESTAMP
ShardList = [ Shard ]
StreamARN = string 1..2048 /arn:aws.*:kinesis:.*:\d{12}:stream/\S+/
StreamId = string 1..24 /[a-z0-9]{20}-[a-z0-9]{3}/
StreamMode = string enum PROVISIONED ON_DEMAND
StreamName = string 1..128 /[a-zA-Z0-9_.-]+/
StreamNameList = [ StreamName ]
StreamStatus = string enum CREATING DELETING ACTIVE UPDATING
StreamSummaryList = [ StreamSummary ]
TagKey = string 1..128
TagKeyList = [ TagKey ] 1..50
TagList = [ Tag ] 0..200
TagMap = map TagKey TagValue 1..200
TagValue = string 0..256
Timestamp = timestamp
`;
