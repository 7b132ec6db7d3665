/** Where the read APIs run: one container of the project's image on ECS Express Mode, or on App Runner. */

import { Aws, CfnParameter, Fn, type IResolvable, Stack } from "aws-cdk-lib";
import { CfnService } from "aws-cdk-lib/aws-apprunner";
import { CfnExpressGatewayService } from "aws-cdk-lib/aws-ecs";
import type { CfnRole } from "aws-cdk-lib/aws-iam";
import { CfnLogGroup } from "aws-cdk-lib/aws-logs";
import type { CfnBucket } from "aws-cdk-lib/aws-s3";
import { type Grant, makeRole } from "../role.ts";
import { nameOf, type Site } from "../site.ts";
import { type ReadingEnvironment, readingEnvironment, type Secret } from "./reading-environment.ts";

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

/**
 * A secret as an entry of a list, or none where its condition does not hold. `value` is what the service calls its place.
 * Inside a condition CloudFormation's own names are wanted: nothing makes them of the CDK's there.
 */
function entryOf({ name, from, when }: Secret, value: "value" | "valueFrom"): IResolvable {
  if (when === undefined) {
    return { name, [value]: from } as unknown as IResolvable;
  }
  const there = { Name: name, [value === "value" ? "Value" : "ValueFrom"]: from };
  return Fn.conditionIf(when.logicalId, there, Aws.NO_VALUE);
}

function pairs(
  plain: ReadingEnvironment["plain"],
): { readonly name: string; readonly value: string }[] {
  return Object.entries(plain).map(([name, value]) => ({ name, value }));
}

/** For the role that the service of the container takes while it starts one. */
function readSecret(secretArn: string): Grant<"readingStart"> & Grant<"readingTask"> {
  return { sid: "ReadSecret", actions: ["secretsmanager:GetSecretValue"], on: [secretArn] };
}

function makeTaskRole(
  site: Site,
  data: CfnBucket,
  {
    service,
    more = [],
  }: { readonly service: string; readonly more?: readonly Grant<"readingTask">[] },
): CfnRole {
  return makeRole(site, {
    id: "ReadingTaskRole",
    kind: "readingTask",
    says: "What the read APIs may do: read the lake",
    trust: service,
    grants: [
      { sid: "ReadLake", actions: ["s3:GetObject"], on: [Fn.join("", [data.attrArn, "/*"])] },
      { sid: "ListLake", actions: ["s3:ListBucket"], on: [data.attrArn] },
      { sid: "UseKey", actions: ["kms:Decrypt"], on: [site.key.attrArn] },
      ...more,
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
  const environment = readingEnvironment(site, data);
  const start = makeStartRole(site, log, environment);
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
    taskRoleArn: makeTaskRole(site, data, { service: "ecs-tasks.amazonaws.com" }).attrArn,
    cpu: "1024",
    memory: "2048",
    healthCheckPath: HEALTH,
    primaryContainer: {
      image: imageOf(site),
      containerPort: PORT,
      awsLogsConfiguration: { logGroup: log.ref, logStreamPrefix: "reading" },
      environment: pairs(environment.plain),
      secrets: environment.secrets.map((secret) => entryOf(secret, "valueFrom")),
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

function makeStartRole(site: Site, log: CfnLogGroup, { secretArn }: ReadingEnvironment): CfnRole {
  const { partition, region, account } = Stack.of(site.scope);
  return makeRole(site, {
    id: "ReadingStartRole",
    kind: "readingStart",
    says: "Lets ECS pull the image, read the secret and write the log",
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
      readSecret(secretArn),
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
  const environment = readingEnvironment(site, data);
  const more = [readSecret(environment.secretArn)];
  const service = new CfnService(scope, "Reading", {
    serviceName: `${nameOf(site)}-reading`,
    healthCheckConfiguration: { protocol: "HTTP", path: HEALTH },
    instanceConfiguration: {
      cpu: "1024",
      memory: "2048",
      instanceRoleArn: makeTaskRole(site, data, { service: "tasks.apprunner.amazonaws.com", more })
        .attrArn,
    },
    sourceConfiguration: {
      autoDeploymentsEnabled: false,
      authenticationConfiguration: { accessRoleArn: pull.attrArn },
      imageRepository: {
        imageIdentifier: imageOf(site),
        imageRepositoryType: "ECR",
        imageConfiguration: {
          port: String(PORT),
          runtimeEnvironmentVariables: pairs(environment.plain),
          runtimeEnvironmentSecrets: environment.secrets.map((secret) => entryOf(secret, "value")),
        },
      },
    },
  });
  return service.attrServiceUrl;
}
