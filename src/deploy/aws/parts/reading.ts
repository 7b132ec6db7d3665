/** Where the read APIs run: one container of the project's image on ECS Express Mode, or on App Runner. */

import { CfnParameter, Fn, Stack } from "aws-cdk-lib";
import { CfnService } from "aws-cdk-lib/aws-apprunner";
import { CfnExpressGatewayService } from "aws-cdk-lib/aws-ecs";
import type { CfnRole } from "aws-cdk-lib/aws-iam";
import { CfnLogGroup } from "aws-cdk-lib/aws-logs";
import type { CfnBucket } from "aws-cdk-lib/aws-s3";
import { makeRole } from "../role.ts";
import { nameOf, type Site } from "../site.ts";

const PORT = 8080;
const HEALTH = "/healthz";
/** Puts together service, load balancer, certificate and scaling: the policy that AWS keeps for it. */
const EXPRESS_POLICY = "service-role/AmazonECSInfrastructureRoleforExpressGatewayServices";

export interface ReadingMeans {
  readonly data: CfnBucket;
}

/** Address of the image in ECR, pushed by whoever deploys. */
function imageOf(site: Site): string {
  const image = new CfnParameter(site.scope, "ReadingImage", {
    type: "String",
    description: `Image of the read APIs: <account>.dkr.ecr.<region>.amazonaws.com/${nameOf(site)}:<tag>`,
    allowedPattern: String.raw`^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/.+$`,
  });
  image.overrideLogicalId("ReadingImage");
  return image.valueAsString;
}

/** The address of the service; undefined where the definition wants none. */
export function makeReading(site: Site, means: ReadingMeans): string | undefined {
  switch (site.aws.reading) {
    case "none":
      return undefined;
    case "ecs-express":
      return makeExpress(site, means);
    case "app-runner":
      return makeAppRunner(site, means);
  }
}

function environmentOf(site: Site, data: CfnBucket): Readonly<Record<string, string>> {
  return {
    MILLRACE_LAKE: Fn.join("", ["s3://", data.ref, "/"]),
    AWS_REGION: Stack.of(site.scope).region,
  };
}

function makeTaskRole(site: Site, data: CfnBucket, service: string): CfnRole {
  return makeRole(site, {
    id: "ReadingTaskRole",
    kind: "readingTask",
    says: "What the read APIs may do: read the lake",
    trust: service,
    grants: [
      { sid: "ReadLake", actions: ["s3:GetObject"], on: [Fn.join("", [data.attrArn, "/*"])] },
      { sid: "ListLake", actions: ["s3:ListBucket"], on: [data.attrArn] },
      { sid: "UseKey", actions: ["kms:Decrypt"], on: [site.key.attrArn] },
    ],
  });
}

function makeExpress(site: Site, { data }: ReadingMeans): string {
  const { scope } = site;
  const { partition } = Stack.of(scope);
  const log = new CfnLogGroup(scope, "ReadingLog", {
    logGroupName: `/millrace/${nameOf(site)}/reading`,
    retentionInDays: Number(site.aws.logDays),
  });
  const start = makeStartRole(site, log);
  const infrastructure = makeRole(site, {
    id: "ReadingInfrastructureRole",
    kind: "readingStart",
    says: "Lets ECS make the load balancer, certificate and scaling of the read APIs",
    trust: "ecs.amazonaws.com",
    grants: [],
    managed: [`arn:${partition}:iam::aws:policy/${EXPRESS_POLICY}`],
  });
  const service = new CfnExpressGatewayService(scope, "Reading", {
    serviceName: `${nameOf(site)}-reading`,
    infrastructureRoleArn: infrastructure.attrArn,
    executionRoleArn: start.attrArn,
    taskRoleArn: makeTaskRole(site, data, "ecs-tasks.amazonaws.com").attrArn,
    cpu: "1024",
    memory: "2048",
    healthCheckPath: HEALTH,
    primaryContainer: {
      image: imageOf(site),
      containerPort: PORT,
      awsLogsConfiguration: { logGroup: log.ref, logStreamPrefix: "reading" },
      environment: Object.entries(environmentOf(site, data)).map(([name, value]) => ({
        name,
        value,
      })),
    },
    scalingTarget: {
      minTaskCount: 1,
      maxTaskCount: 4,
      autoScalingMetric: "AVERAGE_CPU",
      autoScalingTargetValue: 60,
    },
  });
  return service.attrEndpoint;
}

function makeStartRole(site: Site, log: CfnLogGroup): CfnRole {
  const { partition, region, account } = Stack.of(site.scope);
  return makeRole(site, {
    id: "ReadingStartRole",
    kind: "readingStart",
    says: "Lets ECS pull the image and write the log",
    trust: "ecs-tasks.amazonaws.com",
    grants: [
      // The one action that knows no resource.
      { sid: "SignIn", actions: ["ecr:GetAuthorizationToken"], on: ["*"] },
      {
        sid: "PullImage",
        actions: [
          "ecr:BatchCheckLayerAvailability",
          "ecr:GetDownloadUrlForLayer",
          "ecr:BatchGetImage",
        ],
        on: [`arn:${partition}:ecr:${region}:${account}:repository/${nameOf(site)}`],
      },
      {
        sid: "WriteOwnLog",
        actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
        on: [log.attrArn],
      },
    ],
  });
}

function makeAppRunner(site: Site, { data }: ReadingMeans): string {
  const { scope } = site;
  const { partition } = Stack.of(scope);
  const pull = makeRole(site, {
    id: "ReadingPullRole",
    kind: "readingStart",
    says: "Lets App Runner pull the image",
    trust: "build.apprunner.amazonaws.com",
    grants: [],
    managed: [
      `arn:${partition}:iam::aws:policy/service-role/AWSAppRunnerServicePolicyForECRAccess`,
    ],
  });
  const service = new CfnService(scope, "Reading", {
    serviceName: `${nameOf(site)}-reading`,
    healthCheckConfiguration: { protocol: "HTTP", path: HEALTH },
    instanceConfiguration: {
      cpu: "1024",
      memory: "2048",
      instanceRoleArn: makeTaskRole(site, data, "tasks.apprunner.amazonaws.com").attrArn,
    },
    sourceConfiguration: {
      autoDeploymentsEnabled: false,
      authenticationConfiguration: { accessRoleArn: pull.attrArn },
      imageRepository: {
        imageIdentifier: imageOf(site),
        imageRepositoryType: "ECR",
        imageConfiguration: {
          port: String(PORT),
          runtimeEnvironmentVariables: Object.entries(environmentOf(site, data)).map(
            ([name, value]) => ({ name, value }),
          ),
        },
      },
    },
  });
  return service.attrServiceUrl;
}
