/** What each Firehose operation answers. */

export const OUTPUTS = String.raw`
AmazonOpenSearchServerlessDestinationDescription = { RoleARN
  CollectionEndpoint:AmazonOpenSearchServerlessCollectionEndpoint
  IndexName:AmazonOpenSearchServerlessIndexName
  BufferingHints:AmazonOpenSearchServerlessBufferingHints
  RetryOptions:AmazonOpenSearchServerlessRetryOptions
  S3BackupMode:AmazonOpenSearchServerlessS3BackupMode S3DestinationDescription
  ProcessingConfiguration CloudWatchLoggingOptions VpcConfigurationDescription }
AmazonopensearchserviceDestinationDescription = { RoleARN
  DomainARN:AmazonopensearchserviceDomainARN
  ClusterEndpoint:AmazonopensearchserviceClusterEndpoint
  IndexName:AmazonopensearchserviceIndexName TypeName:AmazonopensearchserviceTypeName
  IndexRotationPeriod:AmazonopensearchserviceIndexRotationPeriod
  BufferingHints:AmazonopensearchserviceBufferingHints
  RetryOptions:AmazonopensearchserviceRetryOptions
  S3BackupMode:AmazonopensearchserviceS3BackupMode S3DestinationDescription
  ProcessingConfiguration CloudWatchLoggingOptions VpcConfigurationDescription DocumentIdOptions
  }
CreateDeliveryStreamOutput = { DeliveryStreamARN }
DatabaseSnapshotInfo = { Id!:NonEmptyStringWithoutWhitespace Table!:DatabaseTableName
  RequestTimestamp!:Timestamp RequestedBy!:SnapshotRequestedBy Status!:SnapshotStatus
  FailureDescription }
DatabaseSourceDescription = { Type:DatabaseType Endpoint:DatabaseEndpoint Port:DatabasePort
  SSLMode Databases:DatabaseList Tables:DatabaseTableList Columns:DatabaseColumnList
  SurrogateKeys:DatabaseColumnIncludeOrExcludeList SnapshotWatermarkTable:DatabaseTableName
  SnapshotInfo:DatabaseSnapshotInfoList DatabaseSourceAuthenticationConfiguration
  DatabaseSourceVPCConfiguration }
DeleteDeliveryStreamOutput = {  }
DeliveryStreamDescription = { DeliveryStreamName! DeliveryStreamARN! DeliveryStreamStatus!
  FailureDescription DeliveryStreamEncryptionConfiguration DeliveryStreamType!
  VersionId!:DeliveryStreamVersionId CreateTimestamp:Timestamp LastUpdateTimestamp:Timestamp
  Source:SourceDescription Destinations!:DestinationDescriptionList
  HasMoreDestinations!:BooleanObject }
DeliveryStreamEncryptionConfiguration = { KeyARN:AWSKMSKeyARNForSSE KeyType
  Status:DeliveryStreamEncryptionStatus FailureDescription }
DescribeDeliveryStreamOutput = { DeliveryStreamDescription! }
DestinationDescription = { DestinationId! S3DestinationDescription
  ExtendedS3DestinationDescription RedshiftDestinationDescription
  ElasticsearchDestinationDescription AmazonopensearchserviceDestinationDescription
  SplunkDestinationDescription HttpEndpointDestinationDescription
  SnowflakeDestinationDescription AmazonOpenSearchServerlessDestinationDescription
  IcebergDestinationDescription }
DirectPutSourceDescription = { ThroughputHintInMBs }
ElasticsearchDestinationDescription = { RoleARN DomainARN:ElasticsearchDomainARN
  ClusterEndpoint:ElasticsearchClusterEndpoint IndexName:ElasticsearchIndexName
  TypeName:ElasticsearchTypeName IndexRotationPeriod:ElasticsearchIndexRotationPeriod
  BufferingHints:ElasticsearchBufferingHints RetryOptions:ElasticsearchRetryOptions
  S3BackupMode:ElasticsearchS3BackupMode S3DestinationDescription ProcessingConfiguration
  CloudWatchLoggingOptions VpcConfigurationDescription DocumentIdOptions }
ExtendedS3DestinationDescription = { RoleARN! BucketARN! Prefix ErrorOutputPrefix
  BufferingHints! CompressionFormat! EncryptionConfiguration! CloudWatchLoggingOptions
  ProcessingConfiguration S3BackupMode S3BackupDescription:S3DestinationDescription
  DataFormatConversionConfiguration DynamicPartitioningConfiguration FileExtension
  CustomTimeZone }
FailureDescription = { Type!:DeliveryStreamFailureType Details!:NonEmptyString }
HttpEndpointDescription = { Url:HttpEndpointUrl Name:HttpEndpointName }
HttpEndpointDestinationDescription = { EndpointConfiguration:HttpEndpointDescription
  BufferingHints:HttpEndpointBufferingHints CloudWatchLoggingOptions
  RequestConfiguration:HttpEndpointRequestConfiguration ProcessingConfiguration RoleARN
  RetryOptions:HttpEndpointRetryOptions S3BackupMode:HttpEndpointS3BackupMode
  S3DestinationDescription SecretsManagerConfiguration }
IcebergDestinationDescription = { DestinationTableConfigurationList SchemaEvolutionConfiguration
  TableCreationConfiguration BufferingHints CloudWatchLoggingOptions ProcessingConfiguration
  S3BackupMode:IcebergS3BackupMode RetryOptions RoleARN AppendOnly:BooleanObject
  CatalogConfiguration S3DestinationDescription }
KinesisStreamSourceDescription = { KinesisStreamARN RoleARN DeliveryStartTimestamp }
ListDeliveryStreamsOutput = { DeliveryStreamNames!:DeliveryStreamNameList
  HasMoreDeliveryStreams!:BooleanObject }
ListTagsForDeliveryStreamOutput = { Tags!:ListTagsForDeliveryStreamOutputTagList
  HasMoreTags!:BooleanObject }
MSKSourceDescription = { MSKClusterARN TopicName AuthenticationConfiguration
  DeliveryStartTimestamp ReadFromTimestamp }
PutRecordBatchOutput = { FailedPutCount!:NonNegativeIntegerObject Encrypted:BooleanObject
  RequestResponses!:PutRecordBatchResponseEntryList }
PutRecordBatchResponseEntry = { RecordId:PutResponseRecordId ErrorCode ErrorMessage }
PutRecordOutput = { RecordId!:PutResponseRecordId Encrypted:BooleanObject }
RedshiftDestinationDescription = { RoleARN! ClusterJDBCURL! CopyCommand! Username
  RetryOptions:RedshiftRetryOptions S3DestinationDescription! ProcessingConfiguration
  S3BackupMode:RedshiftS3BackupMode S3BackupDescription:S3DestinationDescription
  CloudWatchLoggingOptions SecretsManagerConfiguration }
S3DestinationDescription = { RoleARN! BucketARN! Prefix ErrorOutputPrefix BufferingHints!
  CompressionFormat! EncryptionConfiguration! CloudWatchLoggingOptions }
SnowflakeDestinationDescription = { AccountUrl:SnowflakeAccountUrl User:SnowflakeUser
  Database:SnowflakeDatabase Schema:SnowflakeSchema Table:SnowflakeTable
  SnowflakeRoleConfiguration DataLoadingOption:SnowflakeDataLoadingOption
  MetaDataColumnName:SnowflakeMetaDataColumnName ContentColumnName:SnowflakeContentColumnName
  SnowflakeVpcConfiguration CloudWatchLoggingOptions ProcessingConfiguration RoleARN
  RetryOptions:SnowflakeRetryOptions S3BackupMode:SnowflakeS3BackupMode S3DestinationDescription
  SecretsManagerConfiguration BufferingHints:SnowflakeBufferingHints }
SourceDescription = { DirectPutSourceDescription KinesisStreamSourceDescription
  MSKSourceDescription DatabaseSourceDescription }
SplunkDestinationDescription = { HECEndpoint HECEndpointType HECToken
  HECAcknowledgmentTimeoutInSeconds RetryOptions:SplunkRetryOptions
  S3BackupMode:SplunkS3BackupMode S3DestinationDescription ProcessingConfiguration
  CloudWatchLoggingOptions BufferingHints:SplunkBufferingHints SecretsManagerConfiguration }
StartDeliveryStreamEncryptionOutput = {  }
StopDeliveryStreamEncryptionOutput = {  }
TagDeliveryStreamOutput = {  }
UntagDeliveryStreamOutput = {  }
UpdateDestinationOutput = {  }
VpcConfigurationDescription = { SubnetIds!:SubnetIdList RoleARN!
  SecurityGroupIds!:SecurityGroupIdList VpcId!:NonEmptyStringWithoutWhitespace }
`;
