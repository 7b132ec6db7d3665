/** The texts, numbers, lists and maps of Firehose's model, with their bounds. */

export const SCALARS = String.raw`
AWSKMSKeyARN = string 1..512 /arn:.*:kms:[a-zA-Z0-9\-]+:\d{12}:(key|alias)/[a-zA-Z_0-9+=,.@\-_/]+/
AWSKMSKeyARNForSSE = string 1..512 /arn:.*:kms:[a-zA-Z0-9\-]+:\d{12}:key/[a-zA-Z_0-9+=,.@\-_/]+/
AmazonOpenSearchServerlessBufferingIntervalInSeconds = integer 0..900
AmazonOpenSearchServerlessBufferingSizeInMBs = integer 1..100
AmazonOpenSearchServerlessCollectionEndpoint = string 1..512 /https:.*/
AmazonOpenSearchServerlessIndexName = string 1..80 /.*/
AmazonOpenSearchServerlessRetryDurationInSeconds = integer 0..7200
AmazonOpenSearchServerlessS3BackupMode = string enum FailedDocumentsOnly AllDocuments
AmazonopensearchserviceBufferingIntervalInSeconds = integer 0..900
AmazonopensearchserviceBufferingSizeInMBs = integer 1..100
AmazonopensearchserviceClusterEndpoint = string 1..512 /https:.*/
AmazonopensearchserviceDomainARN = string 1..512 /arn:.*:es:[a-zA-Z0-9\-]+:\d{12}:domain/[a-z][-0-9a-z]{2,27}/
AmazonopensearchserviceIndexName = string 1..80 /.*/
AmazonopensearchserviceIndexRotationPeriod = string enum NoRotation OneHour OneDay OneWeek
  OneMonth
AmazonopensearchserviceRetryDurationInSeconds = integer 0..7200
AmazonopensearchserviceS3BackupMode = string enum FailedDocumentsOnly AllDocuments
AmazonopensearchserviceTypeName = string 0..100 /.*/
BlockSizeBytes = integer 67108864..
BooleanObject = boolean
BucketARN = string 1..2048 /arn:.*:s3:::[\w\.\-]{1,255}/
ClusterJDBCURL = string 1..512 /jdbc:(redshift|postgresql)://((?!-)[A-Za-z0-9-]{1,63}(?<!-)\.)+(redshift(-serverless)?)\.([a-zA-Z0-9\.\-]+):\d{1,5}/[a-zA-Z0-9_$-]+/
ColumnToJsonKeyMappings = map NonEmptyStringWithoutWhitespace NonEmptyString
CompressionFormat = string enum UNCOMPRESSED GZIP ZIP Snappy HADOOP_SNAPPY
Connectivity = string enum PUBLIC PRIVATE
ContentEncoding = string enum NONE GZIP
CopyOptions = string 0..10240 /.*/
CustomTimeZone = string 0..50 /^$|[a-zA-Z/_]+/
Data = blob 0..1024000
DataTableColumns = string 0..10240 /.*/
DataTableName = string 1..512 /.*/
DatabaseColumnIncludeOrExcludeList = [ DatabaseColumnName ]
DatabaseColumnName = string 1..194 /[\u0001-\uFFFF]*/
DatabaseEndpoint = string 1..255 /^(?!\s*$).+/
DatabaseIncludeOrExcludeList = [ DatabaseName ]
DatabaseName = string 1..64 /[\u0001-\uFFFF]*/
DatabasePort = integer 0..65535
DatabaseSnapshotInfoList = [ DatabaseSnapshotInfo ]
DatabaseSurrogateKeyList = [ NonEmptyStringWithoutWhitespace ]
DatabaseTableIncludeOrExcludeList = [ DatabaseTableName ]
DatabaseTableName = string 1..129 /[\u0001-\uFFFF]*/
DatabaseType = string enum MySQL PostgreSQL
DefaultDocumentIdFormat = string enum FIREHOSE_DEFAULT NO_DOCUMENT_ID
DeliveryStartTimestamp = timestamp
DeliveryStreamARN = string 1..512 /arn:.*:firehose:[a-zA-Z0-9\-]+:\d{12}:deliverystream/[a-zA-Z0-9._-]+/
DeliveryStreamEncryptionStatus = string enum ENABLED ENABLING ENABLING_FAILED DISABLED DISABLING
  DISABLING_FAILED
DeliveryStreamFailureType = string enum VPC_ENDPOINT_SERVICE_NAME_NOT_FOUND
  VPC_INTERFACE_ENDPOINT_SERVICE_ACCESS_DENIED RETIRE_KMS_GRANT_FAILED CREATE_KMS_GRANT_FAILED
  KMS_ACCESS_DENIED DISABLED_KMS_KEY INVALID_KMS_KEY KMS_KEY_NOT_FOUND KMS_OPT_IN_REQUIRED
  CREATE_ENI_FAILED DELETE_ENI_FAILED SUBNET_NOT_FOUND SECURITY_GROUP_NOT_FOUND
  ENI_ACCESS_DENIED SUBNET_ACCESS_DENIED SECURITY_GROUP_ACCESS_DENIED UNKNOWN_ERROR
DeliveryStreamName = string 1..64 /[a-zA-Z0-9_.-]+/
DeliveryStreamNameList = [ DeliveryStreamName ]
DeliveryStreamStatus = string enum CREATING CREATING_FAILED DELETING DELETING_FAILED ACTIVE
DeliveryStreamType = string enum DirectPut KinesisStreamAsSource MSKAsSource DatabaseAsSource
DeliveryStreamVersionId = string 1..50 /[0-9]+/
DescribeDeliveryStreamInputLimit = integer 1..10000
DestinationDescriptionList = [ DestinationDescription ]
DestinationId = string 1..100 /[a-zA-Z0-9-]+/
DestinationTableConfigurationList = [ DestinationTableConfiguration ]
ElasticsearchBufferingIntervalInSeconds = integer 0..900
ElasticsearchBufferingSizeInMBs = integer 1..100
ElasticsearchClusterEndpoint = string 1..512 /https:.*/
ElasticsearchDomainARN = string 1..512 /arn:.*:es:[a-zA-Z0-9\-]+:\d{12}:domain/[a-z][-0-9a-z]{2,27}/
ElasticsearchIndexName = string 1..80 /.*/
ElasticsearchIndexRotationPeriod = string enum NoRotation OneHour OneDay OneWeek OneMonth
ElasticsearchRetryDurationInSeconds = integer 0..7200
ElasticsearchS3BackupMode = string enum FailedDocumentsOnly AllDocuments
ElasticsearchTypeName = string 0..100 /.*/
ErrorCode = string
ErrorMessage = string
ErrorOutputPrefix = string 0..1024 /.*/
FileExtension = string 0..128 /^$|\.[0-9a-z!\-_.*'()]+/
GlueDataCatalogARN = string 1..512 /arn:.*:glue:.*:\d{12}:catalog(?:(/[a-z0-9_-]+){1,2})?/
HECAcknowledgmentTimeoutInSeconds = integer 180..600
HECEndpoint = string 0..2048 /.*/
HECEndpointType = string enum Raw Event
HECToken = string 0..2048 /.*/
HttpEndpointAccessKey = string 0..4096 /.*/
HttpEndpointAttributeName = string 1..256 /^(?!\s*$).+/
HttpEndpointAttributeValue = string 0..1024 /.*/
HttpEndpointBufferingIntervalInSeconds = integer 0..900
HttpEndpointBufferingSizeInMBs = integer 1..64
HttpEndpointCommonAttributesList = [ HttpEndpointCommonAttribute ] 0..50
HttpEndpointName = string 1..256 /^(?!\s*$).+/
HttpEndpointRetryDurationInSeconds = integer 0..7200
HttpEndpointS3BackupMode = string enum FailedDataOnly AllData
HttpEndpointUrl = string 1..1000 /https://.*/
IcebergS3BackupMode = string enum FailedDataOnly AllData
IntervalInSeconds = integer 0..900
KeyType = string enum AWS_OWNED_CMK CUSTOMER_MANAGED_CMK
KinesisStreamARN = string 1..512 /arn:.*:kinesis:[a-zA-Z0-9\-]+:\d{12}:stream/[a-zA-Z0-9_.-]+/
ListDeliveryStreamsInputLimit = integer 1..10000
ListOfNonEmptyStrings = [ NonEmptyString ]
ListOfNonEmptyStringsWithoutWhitespace = [ NonEmptyStringWithoutWhitespace ]
ListTagsForDeliveryStreamInputLimit = integer 1..50
ListTagsForDeliveryStreamOutputTagList = [ Tag ] 0..50
LogGroupName = string 0..512 /[\.\-_/#A-Za-z0-9]*/
LogStreamName = string 0..512 /[^:*]*/
MSKClusterARN = string 1..512 /arn:.*/
NoEncryptionConfig = string enum NoEncryption
NonEmptyString = string 1..1024 /^(?!\s*$).+/
NonEmptyStringWithoutWhitespace = string 1..1024 /^\S+$/
NonNegativeIntegerObject = integer 0..
OrcCompression = string enum NONE ZLIB SNAPPY
OrcFormatVersion = string enum V0_11 V0_12
OrcRowIndexStride = integer 1000..
OrcStripeSizeBytes = integer 8388608..
ParquetCompression = string enum UNCOMPRESSED GZIP SNAPPY
ParquetPageSizeBytes = integer 65536..
ParquetWriterVersion = string enum V1 V2
PartitionFields = [ PartitionField ]
Password = string 6..512 /.*/
Prefix = string 0..1024 /.*/
ProcessorList = [ Processor ]
ProcessorParameterList = [ ProcessorParameter ]
ProcessorParameterName = string enum LambdaArn NumberOfRetries MetadataExtractionQuery
  JsonParsingEngine RoleArn BufferSizeInMBs BufferIntervalInSeconds SubRecordType Delimiter
  CompressionFormat DataMessageExtraction
ProcessorParameterValue = string 1..5120 /^(?!\s*$).+/
ProcessorType = string enum RecordDeAggregation Decompression CloudWatchLogProcessing Lambda
  MetadataExtraction AppendDelimiterToRecord
Proportion = double 0..1
PutRecordBatchRequestEntryList = [ Record ] 1..500
PutRecordBatchResponseEntryList = [ PutRecordBatchResponseEntry ] 1..500
PutResponseRecordId = string 1..
ReadFromTimestamp = timestamp
RedshiftRetryDurationInSeconds = integer 0..7200
RedshiftS3BackupMode = string enum Disabled Enabled
RetryDurationInSeconds = integer 0..7200
RoleARN = string 1..512 /arn:.*:iam::\d{12}:role/[a-zA-Z_0-9+=,.@\-_/]+/
S3BackupMode = string enum Disabled Enabled
SSLMode = string enum Disabled Enabled
SecretARN = string 1..2048 /arn:.*:secretsmanager:[a-zA-Z0-9\-]+:\d{12}:secret:[a-zA-Z0-9\-/_+=.@!]+/
SecurityGroupIdList = [ NonEmptyStringWithoutWhitespace ] 1..5
SizeInMBs = integer 1..128
SnapshotRequestedBy = string enum USER FIREHOSE
SnapshotStatus = string enum IN_PROGRESS COMPLETE SUSPENDED
SnowflakeAccountUrl = string 24..2048 /.+?\.snowflakecomputing\.com/
SnowflakeBufferingIntervalInSeconds = integer 0..900
SnowflakeBufferingSizeInMBs = integer 1..128
SnowflakeContentColumnName = string 1..255
SnowflakeDataLoadingOption = string enum JSON_MAPPING VARIANT_CONTENT_MAPPING
  VARIANT_CONTENT_AND_METADATA_MAPPING
SnowflakeDatabase = string 1..255
SnowflakeKeyPassphrase = string 7..255
SnowflakeMetaDataColumnName = string 1..255
SnowflakePrivateKey = string 256..4096 /^(?:[A-Za-z0-9+\/]{4})*(?:[A-Za-z0-9+\/]{2}==|[A-Za-z0-9+\/]{3}=)?$/
SnowflakePrivateLinkVpceId = string 47..255 /([a-zA-Z0-9\-\_]+\.){2,3}vpce\.[a-zA-Z0-9\-]*\.vpce-svc\-[a-zA-Z0-9\-]{17}$/
SnowflakeRetryDurationInSeconds = integer 0..7200
SnowflakeRole = string 1..255
SnowflakeS3BackupMode = string enum FailedDataOnly AllData
SnowflakeSchema = string 1..255
SnowflakeTable = string 1..255
SnowflakeUser = string 1..255
SplunkBufferingIntervalInSeconds = integer 0..60
SplunkBufferingSizeInMBs = integer 1..5
SplunkRetryDurationInSeconds = integer 0..7200
SplunkS3BackupMode = string enum FailedEventsOnly AllEvents
StringWithLettersDigitsUnderscoresDots = string 1..255 /[a-zA-Z0-9\.\_]+/
SubnetIdList = [ NonEmptyStringWithoutWhitespace ] 1..16
TagDeliveryStreamInputTagList = [ Tag ] 1..50
TagKey = string 1..128 /^(?!aws:)[\p{L}\p{Z}\p{N}_.:\/=+\-@%]*$/
TagKeyList = [ TagKey ] 1..50
TagValue = string 0..256 /^[\p{L}\p{Z}\p{N}_.:\/=+\-@%]*$/
ThroughputHintInMBs = integer 1..100
Timestamp = timestamp
TopicName = string 1..255 /[a-zA-Z0-9\\._\\-]+/
Username = string 1..512 /.*/
VpcEndpointServiceName = string 47..255 /([a-zA-Z0-9\-\_]+\.){2,3}vpce\.[a-zA-Z0-9\-]*\.vpce-svc\-[a-zA-Z0-9\-]{17}$/
WarehouseLocation = string 1..2048 /s3:\/\/.*/
`;
