/** What cdk-nag finds in the template and why it stands: each rule with its reason, nothing without one. */

/** Beginning of a finding's rule → the reason. */
export const NAG_REASONS: Readonly<Record<string, string>> = {
  "AwsSolutions-IAM5[Resource::<PipelineErrorsBucket":
    "objects have new names each time; the folder or bucket is the finest resource there is",
  "AwsSolutions-IAM5[Resource::<PipelineDataBucket":
    "objects have new names each time; the folder or bucket is the finest resource there is",
  "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:":
    "API Gateway has one log role per account; its execution logs are named by ids it makes up",
  "AwsSolutions-IAM5[Resource::*]": "ecr:GetAuthorizationToken knows no resource",
  "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonECSInfrastructure":
    "the policy that AWS keeps for ECS Express Mode: it grows with the service",
  "AwsSolutions-KDF1":
    "the source is an encrypted Kinesis stream: encryption at rest of Firehose is for direct put",
  "AwsSolutions-APIG2":
    "what API Gateway refuses nobody keeps: the check judges every body and sets bad ones aside",
  "AwsSolutions-APIG3": "a web ACL is the account's own to choose",
  "AwsSolutions-APIG4": "producers are programs: they bring an API key with a usage plan",
  "AwsSolutions-COG4": "producers are programs: they bring an API key, not a user of a pool",
  "AwsSolutions-KDS3": "one key of the pipeline's own, so that who may decrypt is said once",
};
