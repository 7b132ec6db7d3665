/** What each Firehose operation takes. */

export const INPUTS = String.raw`
AmazonOpenSearchServerlessBufferingHints = {
  IntervalInSeconds:AmazonOpenSearchServerlessBufferingIntervalInSeconds
  SizeInMBs:AmazonOpenSearchServerlessBufferingSizeInMBs }
AmazonOpenSearchServerlessDestinationConfiguration = { RoleARN!
  CollectionEndpoint:AmazonOpenSearchServerlessCollectionEndpoint
  IndexName!:AmazonOpenSearchServerlessIndexName
  BufferingHints:AmazonOpenSearchServerlessBufferingHints
  RetryOptions:AmazonOpenSearchServerlessRetryOptions
  S3BackupMode:AmazonOpenSearchServerlessS3BackupMode
  S3Configuration!:S3DestinationConfiguration ProcessingConfiguration CloudWatchLoggingOptions
  VpcConfiguration }
AmazonOpenSearchServerlessDestinationUpdate = { RoleARN
  CollectionEndpoint:AmazonOpenSearchServerlessCollectionEndpoint
  IndexName:AmazonOpenSearchServerlessIndexName
  BufferingHints:AmazonOpenSearchServerlessBufferingHints
  RetryOptions:AmazonOpenSearchServerlessRetryOptions S3Update:S3DestinationUpdate
  ProcessingConfiguration CloudWatchLoggingOptions }
AmazonOpenSearchServerlessRetryOptions = {
  DurationInSeconds:AmazonOpenSearchServerlessRetryDurationInSeconds }
AmazonopensearchserviceBufferingHints = {
  IntervalInSeconds:AmazonopensearchserviceBufferingIntervalInSeconds
  SizeInMBs:AmazonopensearchserviceBufferingSizeInMBs }
AmazonopensearchserviceDestinationConfiguration = { RoleARN!
  DomainARN:AmazonopensearchserviceDomainARN
  ClusterEndpoint:AmazonopensearchserviceClusterEndpoint
  IndexName!:AmazonopensearchserviceIndexName TypeName:AmazonopensearchserviceTypeName
  IndexRotationPeriod:AmazonopensearchserviceIndexRotationPeriod
  BufferingHints:AmazonopensearchserviceBufferingHints
  RetryOptions:AmazonopensearchserviceRetryOptions
  S3BackupMode:AmazonopensearchserviceS3BackupMode S3Configuration!:S3DestinationConfiguration
  ProcessingConfiguration CloudWatchLoggingOptions VpcConfiguration DocumentIdOptions }
AmazonopensearchserviceDestinationUpdate = { RoleARN DomainARN:AmazonopensearchserviceDomainARN
  ClusterEndpoint:AmazonopensearchserviceClusterEndpoint
  IndexName:AmazonopensearchserviceIndexName TypeName:AmazonopensearchserviceTypeName
  IndexRotationPeriod:AmazonopensearchserviceIndexRotationPeriod
  BufferingHints:AmazonopensearchserviceBufferingHints
  RetryOptions:AmazonopensearchserviceRetryOptions S3Update:S3DestinationUpdate
  ProcessingConfiguration CloudWatchLoggingOptions DocumentIdOptions }
AmazonopensearchserviceRetryOptions = {
  DurationInSeconds:AmazonopensearchserviceRetryDurationInSeconds }
AuthenticationConfiguration = { RoleARN! Connectivity! }
BufferingHints = { SizeInMBs IntervalInSeconds }
CatalogConfiguration = { CatalogARN:GlueDataCatalogARN WarehouseLocation }
CloudWatchLoggingOptions = { Enabled:BooleanObject LogGroupName LogStreamName }
CopyCommand = { DataTableName! DataTableColumns CopyOptions }
CreateDeliveryStreamInput = { DeliveryStreamName! DeliveryStreamType
  DirectPutSourceConfiguration KinesisStreamSourceConfiguration
  DeliveryStreamEncryptionConfigurationInput S3DestinationConfiguration
  ExtendedS3DestinationConfiguration RedshiftDestinationConfiguration
  ElasticsearchDestinationConfiguration AmazonopensearchserviceDestinationConfiguration
  SplunkDestinationConfiguration HttpEndpointDestinationConfiguration
  Tags:TagDeliveryStreamInputTagList AmazonOpenSearchServerlessDestinationConfiguration
  MSKSourceConfiguration SnowflakeDestinationConfiguration IcebergDestinationConfiguration
  DatabaseSourceConfiguration }
DataFormatConversionConfiguration = { SchemaConfiguration InputFormatConfiguration
  OutputFormatConfiguration Enabled:BooleanObject }
DatabaseColumnList = { Include:DatabaseColumnIncludeOrExcludeList
  Exclude:DatabaseColumnIncludeOrExcludeList }
DatabaseList = { Include:DatabaseIncludeOrExcludeList Exclude:DatabaseIncludeOrExcludeList }
DatabaseSourceAuthenticationConfiguration = { SecretsManagerConfiguration! }
DatabaseSourceConfiguration = { Type!:DatabaseType Endpoint!:DatabaseEndpoint Port!:DatabasePort
  SSLMode Databases!:DatabaseList Tables!:DatabaseTableList Columns:DatabaseColumnList
  SurrogateKeys:DatabaseSurrogateKeyList SnapshotWatermarkTable!:DatabaseTableName
  DatabaseSourceAuthenticationConfiguration! DatabaseSourceVPCConfiguration! }
DatabaseSourceVPCConfiguration = { VpcEndpointServiceName! }
DatabaseTableList = { Include:DatabaseTableIncludeOrExcludeList
  Exclude:DatabaseTableIncludeOrExcludeList }
DeleteDeliveryStreamInput = { DeliveryStreamName! AllowForceDelete:BooleanObject }
DeliveryStreamEncryptionConfigurationInput = { KeyARN:AWSKMSKeyARNForSSE KeyType! }
DescribeDeliveryStreamInput = { DeliveryStreamName! Limit:DescribeDeliveryStreamInputLimit
  ExclusiveStartDestinationId:DestinationId }
Deserializer = { OpenXJsonSerDe HiveJsonSerDe }
DestinationTableConfiguration = { DestinationTableName!:StringWithLettersDigitsUnderscoresDots
  DestinationDatabaseName!:StringWithLettersDigitsUnderscoresDots
  UniqueKeys:ListOfNonEmptyStringsWithoutWhitespace PartitionSpec
  S3ErrorOutputPrefix:ErrorOutputPrefix }
DirectPutSourceConfiguration = { ThroughputHintInMBs! }
DocumentIdOptions = { DefaultDocumentIdFormat! }
DynamicPartitioningConfiguration = { RetryOptions Enabled:BooleanObject }
ElasticsearchBufferingHints = { IntervalInSeconds:ElasticsearchBufferingIntervalInSeconds
  SizeInMBs:ElasticsearchBufferingSizeInMBs }
ElasticsearchDestinationConfiguration = { RoleARN! DomainARN:ElasticsearchDomainARN
  ClusterEndpoint:ElasticsearchClusterEndpoint IndexName!:ElasticsearchIndexName
  TypeName:ElasticsearchTypeName IndexRotationPeriod:ElasticsearchIndexRotationPeriod
  BufferingHints:ElasticsearchBufferingHints RetryOptions:ElasticsearchRetryOptions
  S3BackupMode:ElasticsearchS3BackupMode S3Configuration!:S3DestinationConfiguration
  ProcessingConfiguration CloudWatchLoggingOptions VpcConfiguration DocumentIdOptions }
ElasticsearchDestinationUpdate = { RoleARN DomainARN:ElasticsearchDomainARN
  ClusterEndpoint:ElasticsearchClusterEndpoint IndexName:ElasticsearchIndexName
  TypeName:ElasticsearchTypeName IndexRotationPeriod:ElasticsearchIndexRotationPeriod
  BufferingHints:ElasticsearchBufferingHints RetryOptions:ElasticsearchRetryOptions
  S3Update:S3DestinationUpdate ProcessingConfiguration CloudWatchLoggingOptions
  DocumentIdOptions }
ElasticsearchRetryOptions = { DurationInSeconds:ElasticsearchRetryDurationInSeconds }
EncryptionConfiguration = { NoEncryptionConfig KMSEncryptionConfig }
ExtendedS3DestinationConfiguration = { RoleARN! BucketARN! Prefix ErrorOutputPrefix
  BufferingHints CompressionFormat EncryptionConfiguration CloudWatchLoggingOptions
  ProcessingConfiguration S3BackupMode S3BackupConfiguration:S3DestinationConfiguration
  DataFormatConversionConfiguration DynamicPartitioningConfiguration FileExtension
  CustomTimeZone }
ExtendedS3DestinationUpdate = { RoleARN BucketARN Prefix ErrorOutputPrefix BufferingHints
  CompressionFormat EncryptionConfiguration CloudWatchLoggingOptions ProcessingConfiguration
  S3BackupMode S3BackupUpdate:S3DestinationUpdate DataFormatConversionConfiguration
  DynamicPartitioningConfiguration FileExtension CustomTimeZone }
HiveJsonSerDe = { TimestampFormats:ListOfNonEmptyStrings }
HttpEndpointBufferingHints = { SizeInMBs:HttpEndpointBufferingSizeInMBs
  IntervalInSeconds:HttpEndpointBufferingIntervalInSeconds }
HttpEndpointCommonAttribute = { AttributeName!:HttpEndpointAttributeName
  AttributeValue!:HttpEndpointAttributeValue }
HttpEndpointConfiguration = { Url!:HttpEndpointUrl Name:HttpEndpointName
  AccessKey:HttpEndpointAccessKey }
HttpEndpointDestinationConfiguration = { EndpointConfiguration!:HttpEndpointConfiguration
  BufferingHints:HttpEndpointBufferingHints CloudWatchLoggingOptions
  RequestConfiguration:HttpEndpointRequestConfiguration ProcessingConfiguration RoleARN
  RetryOptions:HttpEndpointRetryOptions S3BackupMode:HttpEndpointS3BackupMode
  S3Configuration!:S3DestinationConfiguration SecretsManagerConfiguration }
HttpEndpointDestinationUpdate = { EndpointConfiguration:HttpEndpointConfiguration
  BufferingHints:HttpEndpointBufferingHints CloudWatchLoggingOptions
  RequestConfiguration:HttpEndpointRequestConfiguration ProcessingConfiguration RoleARN
  RetryOptions:HttpEndpointRetryOptions S3BackupMode:HttpEndpointS3BackupMode
  S3Update:S3DestinationUpdate SecretsManagerConfiguration }
HttpEndpointRequestConfiguration = { ContentEncoding
  CommonAttributes:HttpEndpointCommonAttributesList }
HttpEndpointRetryOptions = { DurationInSeconds:HttpEndpointRetryDurationInSeconds }
IcebergDestinationConfiguration = { DestinationTableConfigurationList
  SchemaEvolutionConfiguration TableCreationConfiguration BufferingHints
  CloudWatchLoggingOptions ProcessingConfiguration S3BackupMode:IcebergS3BackupMode RetryOptions
  RoleARN! AppendOnly:BooleanObject CatalogConfiguration!
  S3Configuration!:S3DestinationConfiguration }
IcebergDestinationUpdate = { DestinationTableConfigurationList SchemaEvolutionConfiguration
  TableCreationConfiguration BufferingHints CloudWatchLoggingOptions ProcessingConfiguration
  S3BackupMode:IcebergS3BackupMode RetryOptions RoleARN AppendOnly:BooleanObject
  CatalogConfiguration S3Configuration:S3DestinationConfiguration }
InputFormatConfiguration = { Deserializer }
KMSEncryptionConfig = { AWSKMSKeyARN! }
KinesisStreamSourceConfiguration = { KinesisStreamARN! RoleARN! }
ListDeliveryStreamsInput = { Limit:ListDeliveryStreamsInputLimit DeliveryStreamType
  ExclusiveStartDeliveryStreamName:DeliveryStreamName }
ListTagsForDeliveryStreamInput = { DeliveryStreamName! ExclusiveStartTagKey:TagKey
  Limit:ListTagsForDeliveryStreamInputLimit }
MSKSourceConfiguration = { MSKClusterARN! TopicName! AuthenticationConfiguration!
  ReadFromTimestamp }
OpenXJsonSerDe = { ConvertDotsInJsonKeysToUnderscores:BooleanObject
  CaseInsensitive:BooleanObject ColumnToJsonKeyMappings }
OrcSerDe = { StripeSizeBytes:OrcStripeSizeBytes BlockSizeBytes RowIndexStride:OrcRowIndexStride
  EnablePadding:BooleanObject PaddingTolerance:Proportion Compression:OrcCompression
  BloomFilterColumns:ListOfNonEmptyStringsWithoutWhitespace
  BloomFilterFalsePositiveProbability:Proportion DictionaryKeyThreshold:Proportion
  FormatVersion:OrcFormatVersion }
OutputFormatConfiguration = { Serializer }
ParquetSerDe = { BlockSizeBytes PageSizeBytes:ParquetPageSizeBytes
  Compression:ParquetCompression EnableDictionaryCompression:BooleanObject
  MaxPaddingBytes:NonNegativeIntegerObject WriterVersion:ParquetWriterVersion }
PartitionField = { SourceName!:NonEmptyStringWithoutWhitespace }
PartitionSpec = { Identity:PartitionFields }
ProcessingConfiguration = { Enabled:BooleanObject Processors:ProcessorList }
Processor = { Type!:ProcessorType Parameters:ProcessorParameterList }
ProcessorParameter = { ParameterName!:ProcessorParameterName
  ParameterValue!:ProcessorParameterValue }
PutRecordBatchInput = { DeliveryStreamName! Records!:PutRecordBatchRequestEntryList }
PutRecordInput = { DeliveryStreamName! Record! }
Record = { Data! }
RedshiftDestinationConfiguration = { RoleARN! ClusterJDBCURL! CopyCommand! Username Password
  RetryOptions:RedshiftRetryOptions S3Configuration!:S3DestinationConfiguration
  ProcessingConfiguration S3BackupMode:RedshiftS3BackupMode
  S3BackupConfiguration:S3DestinationConfiguration CloudWatchLoggingOptions
  SecretsManagerConfiguration }
RedshiftDestinationUpdate = { RoleARN ClusterJDBCURL CopyCommand Username Password
  RetryOptions:RedshiftRetryOptions S3Update:S3DestinationUpdate ProcessingConfiguration
  S3BackupMode:RedshiftS3BackupMode S3BackupUpdate:S3DestinationUpdate CloudWatchLoggingOptions
  SecretsManagerConfiguration }
RedshiftRetryOptions = { DurationInSeconds:RedshiftRetryDurationInSeconds }
RetryOptions = { DurationInSeconds:RetryDurationInSeconds }
S3DestinationConfiguration = { RoleARN! BucketARN! Prefix ErrorOutputPrefix BufferingHints
  CompressionFormat EncryptionConfiguration CloudWatchLoggingOptions }
S3DestinationUpdate = { RoleARN BucketARN Prefix ErrorOutputPrefix BufferingHints
  CompressionFormat EncryptionConfiguration CloudWatchLoggingOptions }
SchemaConfiguration = { RoleARN:NonEmptyStringWithoutWhitespace
  CatalogId:NonEmptyStringWithoutWhitespace DatabaseName:NonEmptyStringWithoutWhitespace
  TableName:NonEmptyStringWithoutWhitespace Region:NonEmptyStringWithoutWhitespace
  VersionId:NonEmptyStringWithoutWhitespace }
SchemaEvolutionConfiguration = { Enabled!:BooleanObject }
SecretsManagerConfiguration = { SecretARN RoleARN Enabled!:BooleanObject }
Serializer = { ParquetSerDe OrcSerDe }
SnowflakeBufferingHints = { SizeInMBs:SnowflakeBufferingSizeInMBs
  IntervalInSeconds:SnowflakeBufferingIntervalInSeconds }
SnowflakeDestinationConfiguration = { AccountUrl!:SnowflakeAccountUrl
  PrivateKey:SnowflakePrivateKey KeyPassphrase:SnowflakeKeyPassphrase User:SnowflakeUser
  Database!:SnowflakeDatabase Schema!:SnowflakeSchema Table!:SnowflakeTable
  SnowflakeRoleConfiguration DataLoadingOption:SnowflakeDataLoadingOption
  MetaDataColumnName:SnowflakeMetaDataColumnName ContentColumnName:SnowflakeContentColumnName
  SnowflakeVpcConfiguration CloudWatchLoggingOptions ProcessingConfiguration RoleARN!
  RetryOptions:SnowflakeRetryOptions S3BackupMode:SnowflakeS3BackupMode
  S3Configuration!:S3DestinationConfiguration SecretsManagerConfiguration
  BufferingHints:SnowflakeBufferingHints }
SnowflakeDestinationUpdate = { AccountUrl:SnowflakeAccountUrl PrivateKey:SnowflakePrivateKey
  KeyPassphrase:SnowflakeKeyPassphrase User:SnowflakeUser Database:SnowflakeDatabase
  Schema:SnowflakeSchema Table:SnowflakeTable SnowflakeRoleConfiguration
  DataLoadingOption:SnowflakeDataLoadingOption MetaDataColumnName:SnowflakeMetaDataColumnName
  ContentColumnName:SnowflakeContentColumnName CloudWatchLoggingOptions ProcessingConfiguration
  RoleARN RetryOptions:SnowflakeRetryOptions S3BackupMode:SnowflakeS3BackupMode
  S3Update:S3DestinationUpdate SecretsManagerConfiguration
  BufferingHints:SnowflakeBufferingHints }
SnowflakeRetryOptions = { DurationInSeconds:SnowflakeRetryDurationInSeconds }
SnowflakeRoleConfiguration = { Enabled:BooleanObject SnowflakeRole }
SnowflakeVpcConfiguration = { PrivateLinkVpceId!:SnowflakePrivateLinkVpceId }
SplunkBufferingHints = { IntervalInSeconds:SplunkBufferingIntervalInSeconds
  SizeInMBs:SplunkBufferingSizeInMBs }
SplunkDestinationConfiguration = { HECEndpoint! HECEndpointType! HECToken
  HECAcknowledgmentTimeoutInSeconds RetryOptions:SplunkRetryOptions
  S3BackupMode:SplunkS3BackupMode S3Configuration!:S3DestinationConfiguration
  ProcessingConfiguration CloudWatchLoggingOptions BufferingHints:SplunkBufferingHints
  SecretsManagerConfiguration }
SplunkDestinationUpdate = { HECEndpoint HECEndpointType HECToken
  HECAcknowledgmentTimeoutInSeconds RetryOptions:SplunkRetryOptions
  S3BackupMode:SplunkS3BackupMode S3Update:S3DestinationUpdate ProcessingConfiguration
  CloudWatchLoggingOptions BufferingHints:SplunkBufferingHints SecretsManagerConfiguration }
SplunkRetryOptions = { DurationInSeconds:SplunkRetryDurationInSeconds }
StartDeliveryStreamEncryptionInput = { DeliveryStreamName!
  DeliveryStreamEncryptionConfigurationInput }
StopDeliveryStreamEncryptionInput = { DeliveryStreamName! }
TableCreationConfiguration = { Enabled!:BooleanObject }
Tag = { Key!:TagKey Value:TagValue }
TagDeliveryStreamInput = { DeliveryStreamName! Tags!:TagDeliveryStreamInputTagList }
UntagDeliveryStreamInput = { DeliveryStreamName! TagKeys!:TagKeyList }
UpdateDestinationInput = { DeliveryStreamName!
  CurrentDeliveryStreamVersionId!:DeliveryStreamVersionId DestinationId! S3DestinationUpdate
  ExtendedS3DestinationUpdate RedshiftDestinationUpdate ElasticsearchDestinationUpdate
  AmazonopensearchserviceDestinationUpdate SplunkDestinationUpdate HttpEndpointDestinationUpdate
  AmazonOpenSearchServerlessDestinationUpdate SnowflakeDestinationUpdate
  IcebergDestinationUpdate }
VpcConfiguration = { SubnetIds!:SubnetIdList RoleARN! SecurityGroupIds!:SecurityGroupIdList }
`;
