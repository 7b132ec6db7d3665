/** What each Kinesis operation takes. */

export const INPUTS = String.raw`
AddTagsToStreamInput = { StreamName Tags!:TagMap StreamARN StreamId }
CreateStreamInput = { StreamName! ShardCount:PositiveIntegerObject StreamModeDetails Tags:TagMap
  WarmThroughputMiBps:NaturalIntegerObject MaxRecordSizeInKiB RecordDistributionStrategy }
DecreaseStreamRetentionPeriodInput = { StreamName RetentionPeriodHours! StreamARN StreamId }
DeleteResourcePolicyInput = { ResourceARN! StreamId }
DeleteStreamInput = { StreamName EnforceConsumerDeletion:BooleanObject StreamARN StreamId }
DeregisterStreamConsumerInput = { StreamARN ConsumerName ConsumerARN StreamId }
DescribeAccountSettingsInput = { }
DescribeLimitsInput = { }
DescribeStreamConsumerInput = { StreamARN ConsumerName ConsumerARN StreamId }
DescribeStreamInput = { StreamName Limit:DescribeStreamInputLimit ExclusiveStartShardId:ShardId
  StreamARN StreamId }
DescribeStreamSummaryInput = { StreamName StreamARN StreamId }
DisableEnhancedMonitoringInput = { StreamName ShardLevelMetrics!:MetricsNameList StreamARN
  StreamId }
EnableEnhancedMonitoringInput = { StreamName ShardLevelMetrics!:MetricsNameList StreamARN StreamId
  }
GetRecordsInput = { ShardIterator! Limit:GetRecordsInputLimit StreamARN StreamId
  DryRun:BooleanObject }
GetResourcePolicyInput = { ResourceARN! StreamId }
GetShardIteratorInput = { StreamName ShardId! ShardIteratorType!
  StartingSequenceNumber:SequenceNumber Timestamp StreamARN StreamId DryRun:BooleanObject }
IncreaseStreamRetentionPeriodInput = { StreamName RetentionPeriodHours! StreamARN StreamId }
ListShardsInput = { StreamName NextToken ExclusiveStartShardId:ShardId
  MaxResults:ListShardsInputLimit StreamCreationTimestamp:Timestamp ShardFilter StreamARN StreamId
  }
ListStreamConsumersInput = { StreamARN! NextToken MaxResults:ListStreamConsumersInputLimit
  StreamCreationTimestamp:Timestamp StreamId }
ListStreamsInput = { Limit:ListStreamsInputLimit ExclusiveStartStreamName:StreamName NextToken }
ListTagsForResourceInput = { ResourceARN! StreamId }
ListTagsForStreamInput = { StreamName ExclusiveStartTagKey:TagKey
  Limit:ListTagsForStreamInputLimit StreamARN StreamId }
MergeShardsInput = { StreamName ShardToMerge!:ShardId AdjacentShardToMerge!:ShardId StreamARN
  StreamId }
MinimumThroughputBillingCommitmentInput = { Status!:MinimumThroughputBillingCommitmentInputStatus
  }
PutRecordInput = { StreamName Data! PartitionKey ExplicitHashKey:HashKey
  SequenceNumberForOrdering:SequenceNumber StreamARN StreamId DryRun:BooleanObject }
PutRecordsInput = { Records!:PutRecordsRequestEntryList StreamName StreamARN StreamId
  DryRun:BooleanObject }
PutRecordsRequestEntry = { Data! ExplicitHashKey:HashKey PartitionKey }
PutResourcePolicyInput = { ResourceARN! StreamId Policy! }
RegisterStreamConsumerInput = { StreamARN! ConsumerName! StreamId Tags:TagMap }
RemoveTagsFromStreamInput = { StreamName TagKeys!:TagKeyList StreamARN StreamId }
ShardFilter = { Type!:ShardFilterType ShardId Timestamp }
SplitShardInput = { StreamName ShardToSplit!:ShardId NewStartingHashKey!:HashKey StreamARN
  StreamId }
StartStreamEncryptionInput = { StreamName EncryptionType! KeyId! StreamARN StreamId }
StartingPosition = { Type!:ShardIteratorType SequenceNumber Timestamp }
StopStreamEncryptionInput = { StreamName EncryptionType! KeyId! StreamARN StreamId }
StreamModeDetails = { StreamMode! }
SubscribeToShardInput = { ConsumerARN! StreamId ShardId! StartingPosition! DryRun:BooleanObject }
TagResourceInput = { Tags!:TagMap ResourceARN! StreamId }
UntagResourceInput = { TagKeys!:TagKeyList ResourceARN! StreamId }
UpdateAccountSettingsInput = {
  MinimumThroughputBillingCommitment!:MinimumThroughputBillingCommitmentInput }
UpdateMaxRecordSizeInput = { StreamARN StreamId MaxRecordSizeInKiB! }
UpdateShardCountInput = { StreamName TargetShardCount!:PositiveIntegerObject ScalingType!
  StreamARN StreamId }
UpdateStreamModeInput = { StreamARN! StreamId StreamModeDetails!
  WarmThroughputMiBps:NaturalIntegerObject }
UpdateStreamRecordDistributionStrategyInput = { StreamARN! StreamId RecordDistributionStrategy! }
UpdateStreamWarmThroughputInput = { StreamARN StreamName StreamId
  WarmThroughputMiBps!:NaturalIntegerObject }
`;
