/** Requests of the managed service that are judged like all others and then refused: channels and queues. */

export const BEYOND = String.raw`
AcknowledgeDeadLetterQueueRecordsInput = { QueueARN!
  Entries!:AcknowledgeDeadLetterQueueRecordsRequestEntryList }
AcknowledgeDeadLetterQueueRecordsRequestEntry = { ReceiptHandle! }
AcknowledgeDeadLetterQueueRecordsRequestEntryList = [
  AcknowledgeDeadLetterQueueRecordsRequestEntry ] 1..10
AcknowledgeQueueRecordsInput = { QueueARN! Entries!:AcknowledgeQueueRecordsRequestEntryList }
AcknowledgeQueueRecordsRequestEntry = { ReceiptHandle! }
AcknowledgeQueueRecordsRequestEntryList = [ AcknowledgeQueueRecordsRequestEntry ] 1..10
BucketARN = string 1..2048 /arn:aws[-a-z0-9]*:s3:::[a-z0-9._-]{3,63}/
ChannelARN = string 1..2048 /arn:aws.*:kinesis:.*:\d{12}:channel/\S+/
ChannelEncryptionConfiguration = { EncryptionType!:ChannelEncryptionType KeyId! }
ChannelEncryptionType = string enum KMS
ChannelLoggingConfiguration = { CloudWatchLogs! }
ChannelLoggingUpdateInput = { CloudWatchLogs!:CloudWatchLogsUpdateInput }
ChannelName = string 1..128 /[a-zA-Z0-9_.-]+/
ChannelStreamConfiguration = { StreamARN! RecordConfiguration! }
ChannelStreamConfigurationList = [ ChannelStreamConfiguration ] 1..10000
CloudWatchLogGroupName = string 1..512 /[\.\-_/#A-Za-z0-9]+/
CloudWatchLogStreamName = string 1..512 /[^:*]*/
CloudWatchLogs = { Enabled!:BooleanObject LogGroupName:CloudWatchLogGroupName
  LogStreamName:CloudWatchLogStreamName }
CloudWatchLogsUpdateInput = { Enabled!:BooleanObject LogGroupName:CloudWatchLogGroupName
  LogStreamName:CloudWatchLogStreamName }
CreateChannelInput = { ChannelName! ServiceExecutionRoleARN!:RoleARN
  StreamConfigurationList!:ChannelStreamConfigurationList S3DestinationConfiguration
  S3TablesDestinationConfiguration EncryptionConfiguration:ChannelEncryptionConfiguration
  Tags:TagMap LoggingConfiguration:ChannelLoggingConfiguration }
CreateQueueInput = { QueueName! StreamConfigurationList!:QueueStreamConfigurationList
  QueueAttributes Tags:TagMap }
DataFreshnessInSeconds = integer
DeadLetterConfiguration = { TargetType! MaxReceiveCount }
DeadLetterQueueS3Configuration = { BucketARN! ExpectedBucketOwner!
  ErrorOutputPrefix:S3ErrorOutputPrefix }
DeleteChannelInput = { ChannelARN! }
DeleteQueueInput = { QueueARN! }
DescribeChannelInput = { ChannelARN! }
DescribeQueueInput = { QueueARN! }
ExpectedBucketOwner = string 12..12 /\d{12}/
GSRSchemaARN = string 1..512
  /arn:aws[-a-z0-9]*:glue:[-a-z0-9]+:\d{12}:schema/[-a-zA-Z0-9_$#.]+/[-a-zA-Z0-9_$#.]+/
ListChannelsInput = { StreamFilter:StreamFilterList MaxResults:ListChannelsInputLimit NextToken }
ListChannelsInputLimit = integer 1..10000
ListQueuesInput = { MaxResults:ListQueuesInputLimit NextToken StreamFilter:QueueStreamFilterList }
ListQueuesInputLimit = integer 1..10000
MaxReceiveCount = integer 1..1000
PartitionField = { Transform!:PartitionTransform SourceName!:PartitionSourceName }
PartitionFieldList = [ PartitionField ] 1..10
PartitionSourceName = string 1..255 /[a-zA-Z0-9\.\_]+/
PartitionSpec = { PartitionFields!:PartitionFieldList }
PartitionTransform = string enum TIME_HOUR
QueueARN = string 1..2048 /arn:aws.*:kinesis:.*:\d{12}:queue/\S+/
QueueAttributes = { VisibilityTimeoutSeconds DeadLetterConfiguration }
QueueName = string 1..128 /[a-zA-Z0-9_.-]+/
QueueStartingPosition = { Type!:QueueStartingPositionType Timestamp }
QueueStartingPositionType = string enum TRIM_HORIZON LATEST AT_TIMESTAMP
QueueStreamConfiguration = { StreamARN! StartingPosition:QueueStartingPosition }
QueueStreamConfigurationList = [ QueueStreamConfiguration ] 1..10000
QueueStreamFilter = { StreamARN! StreamCreationTimestamp:Timestamp }
QueueStreamFilterList = [ QueueStreamFilter ] 1..10000
ReceiptHandle = string 1..1024
ReceiveDeadLetterQueueRecordsInput = { QueueARN! Limit:ReceiveQueueRecordsInputLimit
  WaitTimeSeconds:ReceiveQueueRecordsWaitTimeSeconds VisibilityTimeoutSeconds }
ReceiveQueueRecordsInput = { QueueARN! Limit:ReceiveQueueRecordsInputLimit
  WaitTimeSeconds:ReceiveQueueRecordsWaitTimeSeconds VisibilityTimeoutSeconds }
ReceiveQueueRecordsInputLimit = integer 1..10
ReceiveQueueRecordsWaitTimeSeconds = integer 1..20
RecordConfiguration = { RecordFormatType! GSRSchemaARN }
RecordFormatType = string enum GSR_JSON JSON STRING BYTE_ARRAY
RestoreDeadLetterQueueRecordsInput = { QueueARN!
  Entries!:RestoreDeadLetterQueueRecordsRequestEntryList }
RestoreDeadLetterQueueRecordsRequestEntry = { ReceiptHandle! }
RestoreDeadLetterQueueRecordsRequestEntryList = [ RestoreDeadLetterQueueRecordsRequestEntry ]
  1..10
RoleARN = string 1..512 /arn:aws[-a-z0-9]*:iam::\d{12}:role/[a-zA-Z_0-9+=,.@\-_/]+/
S3CompressionType = string enum NONE GZIP ZSTD
S3DestinationConfiguration = { DataFreshnessInSeconds DeadLetterQueueS3Configuration
  StorageConfiguration!:S3StorageConfiguration }
S3DestinationUpdateInput = { DataFreshnessInSeconds! }
S3ErrorOutputPrefix = string 1..512 /[0-9A-Za-z!\-_'.*()\/]+/
S3OutputKeyTemplate = string 1..1024 /[0-9A-Za-z!\-_'.*()\/=:{}]+/
S3StorageClass = string enum STANDARD INTELLIGENT_TIERING GLACIER_IR
S3StorageConfiguration = { BucketARN! ExpectedBucketOwner! OutputKeyTemplate:S3OutputKeyTemplate
  StorageClass:S3StorageClass CompressionType!:S3CompressionType }
S3TablesCompressionType = string enum NONE ZSTD SNAPPY
S3TablesConfiguration = { TableBucketARN! Namespace!:S3TablesNamespace
  TableName!:S3TablesTableName CompressionType!:S3TablesCompressionType PartitionSpec }
S3TablesConfigurationList = [ S3TablesConfiguration ] 1..10000
S3TablesDestinationConfiguration = { DataFreshnessInSeconds DeadLetterQueueS3Configuration!
  S3TablesConfigurationList! }
S3TablesDestinationUpdateInput = { DataFreshnessInSeconds! }
S3TablesNamespace = string 1..255 /[0-9a-z_]+/
S3TablesTableName = string 1..255 /[0-9a-z_]+/
StreamFilter = { StreamARN! StreamCreationTimestamp:Timestamp }
StreamFilterList = [ StreamFilter ] 1..10000
TableBucketARN = string 1..2048
  /arn:aws[-a-z0-9]*:s3tables:[-a-z0-9]+:\d{12}:bucket/[a-z0-9_-]{3,63}/
TargetType = string enum BUILT_IN NONE
UpdateChannelInput = { ChannelARN! S3DestinationConfiguration:S3DestinationUpdateInput
  S3TablesDestinationConfiguration:S3TablesDestinationUpdateInput
  LoggingConfiguration:ChannelLoggingUpdateInput }
UpdateDeadLetterQueueRecordsVisibilityInput = { QueueARN!
  Entries!:UpdateDeadLetterQueueRecordsVisibilityRequestEntryList }
UpdateDeadLetterQueueRecordsVisibilityRequestEntry = { ReceiptHandle! VisibilityTimeoutSeconds! }
UpdateDeadLetterQueueRecordsVisibilityRequestEntryList = [
  UpdateDeadLetterQueueRecordsVisibilityRequestEntry ] 1..10
UpdateQueueInput = { QueueARN! QueueAttributes! }
UpdateQueueRecordsVisibilityInput = { QueueARN!
  Entries!:UpdateQueueRecordsVisibilityRequestEntryList }
UpdateQueueRecordsVisibilityRequestEntry = { ReceiptHandle! VisibilityTimeoutSeconds! }
UpdateQueueRecordsVisibilityRequestEntryList = [ UpdateQueueRecordsVisibilityRequestEntry ] 1..10
VisibilityTimeoutSeconds = integer 0..43200
`;
