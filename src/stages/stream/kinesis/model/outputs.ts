/** What each Kinesis operation answers. */

export const OUTPUTS = String.raw`
ChildShard = { ShardId! ParentShards!:ShardIdList HashKeyRange! }
Consumer = { ConsumerName! ConsumerARN! ConsumerStatus! ConsumerCreationTimestamp!:Timestamp }
ConsumerDescription = { ConsumerName! ConsumerARN! ConsumerStatus!
  ConsumerCreationTimestamp!:Timestamp StreamARN! }
DescribeAccountSettingsOutput = {
  MinimumThroughputBillingCommitment:MinimumThroughputBillingCommitmentOutput }
DescribeLimitsOutput = { ShardLimit!:ShardCountObject OpenShardCount!:ShardCountObject
  OnDemandStreamCount!:OnDemandStreamCountObject
  OnDemandStreamCountLimit!:OnDemandStreamCountLimitObject ChannelCount:ChannelCountObject
  ChannelCountLimit:ChannelCountObject }
DescribeStreamConsumerOutput = { ConsumerDescription! }
DescribeStreamOutput = { StreamDescription! }
DescribeStreamSummaryOutput = { StreamDescriptionSummary! }
EnhancedMetrics = { ShardLevelMetrics:MetricsNameList }
EnhancedMonitoringOutput = { StreamName CurrentShardLevelMetrics:MetricsNameList
  DesiredShardLevelMetrics:MetricsNameList StreamARN }
GetRecordsOutput = { Records!:RecordList NextShardIterator:ShardIterator MillisBehindLatest
  ChildShards:ChildShardList }
GetResourcePolicyOutput = { Policy! }
GetShardIteratorOutput = { ShardIterator }
HashKeyRange = { StartingHashKey!:HashKey EndingHashKey!:HashKey }
InternalFailureException = { message:ErrorMessage }
KMSAccessDeniedException = { message:ErrorMessage }
KMSDisabledException = { message:ErrorMessage }
KMSInvalidStateException = { message:ErrorMessage }
KMSNotFoundException = { message:ErrorMessage }
KMSOptInRequired = { message:ErrorMessage }
KMSThrottlingException = { message:ErrorMessage }
ListShardsOutput = { Shards:ShardList NextToken }
ListStreamConsumersOutput = { Consumers:ConsumerList NextToken }
ListStreamsOutput = { StreamNames!:StreamNameList HasMoreStreams!:BooleanObject NextToken
  StreamSummaries:StreamSummaryList }
ListTagsForResourceOutput = { Tags:TagList }
ListTagsForStreamOutput = { Tags!:TagList HasMoreTags!:BooleanObject }
MinimumThroughputBillingCommitmentOutput = {
  Status!:MinimumThroughputBillingCommitmentOutputStatus StartedAt:Timestamp EndedAt:Timestamp
  EarliestAllowedEndAt:Timestamp }
PutRecordOutput = { ShardId! SequenceNumber! EncryptionType }
PutRecordsOutput = { FailedRecordCount:PositiveIntegerObject Records!:PutRecordsResultEntryList
  EncryptionType }
PutRecordsResultEntry = { SequenceNumber ShardId ErrorCode ErrorMessage }
Record = { SequenceNumber! ApproximateArrivalTimestamp:Timestamp Data! PartitionKey EncryptionType
  }
RegisterStreamConsumerOutput = { Consumer! }
ResourceInUseException = { message:ErrorMessage }
ResourceNotFoundException = { message:ErrorMessage }
SequenceNumberRange = { StartingSequenceNumber!:SequenceNumber EndingSequenceNumber:SequenceNumber
  }
Shard = { ShardId! ParentShardId:ShardId AdjacentParentShardId:ShardId HashKeyRange!
  SequenceNumberRange! }
StreamDescription = { StreamName! StreamARN! StreamStatus! StreamModeDetails Shards!:ShardList
  HasMoreShards!:BooleanObject RetentionPeriodHours! StreamCreationTimestamp!:Timestamp
  EnhancedMonitoring!:EnhancedMonitoringList EncryptionType KeyId }
StreamDescriptionSummary = { StreamName! StreamARN! StreamId StreamStatus! StreamModeDetails
  RetentionPeriodHours! StreamCreationTimestamp!:Timestamp
  EnhancedMonitoring!:EnhancedMonitoringList EncryptionType KeyId OpenShardCount!:ShardCountObject
  ConsumerCount:ConsumerCountObject WarmThroughput:WarmThroughputObject MaxRecordSizeInKiB
  ChannelCount:ChannelCountObject RecordDistributionStrategy QueueCount:QueueCountObject }
StreamSummary = { StreamName! StreamARN! StreamStatus! StreamModeDetails
  StreamCreationTimestamp:Timestamp }
SubscribeToShardEvent = { Records!:RecordList ContinuationSequenceNumber!:SequenceNumber
  MillisBehindLatest! ChildShards:ChildShardList }
SubscribeToShardEventStream = { SubscribeToShardEvent! ResourceNotFoundException
  ResourceInUseException KMSDisabledException KMSInvalidStateException KMSAccessDeniedException
  KMSNotFoundException KMSOptInRequired KMSThrottlingException InternalFailureException }
SubscribeToShardOutput = { EventStream!:SubscribeToShardEventStream }
Tag = { Key!:TagKey Value:TagValue }
UpdateAccountSettingsOutput = {
  MinimumThroughputBillingCommitment:MinimumThroughputBillingCommitmentOutput }
UpdateShardCountOutput = { StreamName CurrentShardCount:PositiveIntegerObject
  TargetShardCount:PositiveIntegerObject StreamARN }
UpdateStreamWarmThroughputOutput = { StreamARN StreamName WarmThroughput:WarmThroughputObject }
WarmThroughputObject = { TargetMiBps:NaturalIntegerObject CurrentMiBps:NaturalIntegerObject }
`;
