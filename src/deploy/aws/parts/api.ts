/** The REST API: `POST /v1/streams/{stream}/events` per stream, with key, usage plan, throttle and access log. */

import { createHash } from "node:crypto";
import { CfnDeletionPolicy, Stack } from "aws-cdk-lib";
import {
  CfnAccount,
  CfnApiKey,
  CfnDeployment,
  CfnGatewayResponse,
  CfnMethod,
  CfnModel,
  CfnResource,
  CfnRestApi,
  CfnStage,
  CfnUsagePlan,
  CfnUsagePlanKey,
} from "aws-cdk-lib/aws-apigateway";
import { type CfnFunction, CfnPermission } from "aws-cdk-lib/aws-lambda";
import { CfnLogGroup } from "aws-cdk-lib/aws-logs";
import type { StreamPlan } from "../../../plan/plan.ts";
import { toBodyModel } from "../draft4.ts";
import { makeRole } from "../role.ts";
import { idOf, nameOf, type Site } from "../site.ts";

export interface Checked {
  readonly stream: StreamPlan;
  readonly check: CfnFunction;
}

export interface Api {
  readonly rest: CfnRestApi;
  readonly stage: CfnStage;
  readonly apiKey: CfnApiKey;
}

const MEDIA = ["application/json", "application/x-ndjson", "text/csv"] as const;

export function makeApi(site: Site, streams: readonly Checked[]): Api {
  const { scope } = site;
  const rest = new CfnRestApi(scope, "Api", {
    name: nameOf(site),
    description: `Takes events of ${site.plan.name}`,
    endpointConfiguration: { types: ["REGIONAL"] },
    apiKeySourceType: "HEADER",
    // Compressed and odd bodies reach the check as they came.
    binaryMediaTypes: ["application/gzip", "application/octet-stream"],
  });
  const root = new CfnResource(scope, "ApiV1", under(rest, rest.attrRootResourceId, "v1"));
  const all = new CfnResource(scope, "ApiStreams", under(rest, root.ref, "streams"));
  const methods = streams.map((one) => makeRoute(site, { ...one, rest, parent: all }));
  const responses = makeErrors(site, rest);
  const deployment = makeDeployment(site, rest, [...methods, ...responses]);
  const stage = makeStage(site, rest, deployment);
  const apiKey = makeUsage(site, rest, stage);
  return { rest, stage, apiKey };
}

function under(rest: CfnRestApi, parentId: string, pathPart: string) {
  return { restApiId: rest.ref, parentId, pathPart };
}

interface Route extends Checked {
  readonly rest: CfnRestApi;
  readonly parent: CfnResource;
}

function makeRoute(site: Site, { stream, check, rest, parent }: Route): CfnMethod {
  const { scope } = site;
  const id = idOf(stream.name);
  const { partition, region, account } = Stack.of(scope);
  const named = new CfnResource(scope, `Api${id}`, under(rest, parent.ref, stream.name));
  const events = new CfnResource(scope, `Api${id}Events`, under(rest, named.ref, "events"));
  // It documents what a body may be, and refuses none: what API Gateway refuses, nobody keeps. The Lambda behind judges
  // every body and sets bad ones aside.
  const model = new CfnModel(scope, `Api${id}Model`, {
    restApiId: rest.ref,
    contentType: "application/json",
    name: `${id.replaceAll(/[^a-zA-Z0-9]/g, "")}Events`,
    description: `What ${stream.name} takes: one event or a list of them`,
    schema: toBodyModel(stream.schema),
  });
  new CfnPermission(scope, `Api${id}MayCheck`, {
    action: "lambda:InvokeFunction",
    functionName: check.attrArn,
    principal: "apigateway.amazonaws.com",
    sourceAccount: account,
    sourceArn:
      `arn:${partition}:execute-api:${region}:${account}:${rest.ref}` +
      `/*/POST/v1/streams/${stream.name}/events`,
  });
  return new CfnMethod(scope, `Api${id}Post`, {
    restApiId: rest.ref,
    resourceId: events.ref,
    httpMethod: "POST",
    authorizationType: "NONE",
    apiKeyRequired: true,
    operationName: `send_${stream.name}`,
    requestModels: Object.fromEntries(
      MEDIA.map((type) => [type, type === "application/json" ? model.ref : "Empty"]),
    ),
    integration: {
      type: "AWS_PROXY",
      integrationHttpMethod: "POST",
      timeoutInMillis: 29_000,
      uri:
        `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/` +
        `${check.attrArn}/invocations`,
    },
  });
}

/** What API Gateway says by itself, in the shape that every other error of Millrace has. */
const ERRORS = {
  INVALID_API_KEY: ["401", "KEY_REFUSED", "This API key is not known.", "Send x-api-key."],
  THROTTLED: ["429", "GATEWAY_BUSY", "Too many requests.", "Wait a second and send again."],
  QUOTA_EXCEEDED: [
    "429",
    "QUOTA_USED_UP",
    "The key's daily quota is used up.",
    "Wait or raise it.",
  ],
  REQUEST_TOO_LARGE: ["413", "BODY_TOO_LARGE", "The body is too large.", "Send smaller batches."],
  MISSING_AUTHENTICATION_TOKEN: ["404", "ROUTE_UNKNOWN", "There is no such route.", "See the API."],
  INTEGRATION_TIMEOUT: ["504", "GATEWAY_SLOW", "The check did not answer in time.", "Send again."],
} as const;

function makeErrors(site: Site, rest: CfnRestApi): CfnGatewayResponse[] {
  return Object.entries(ERRORS).map(([type, [status, code, message, remedy]]) => {
    const retry = status === "429" || status === "504";
    const wait = status === "429" ? { "gatewayresponse.header.Retry-After": "'1'" } : {};
    return new CfnGatewayResponse(site.scope, `ApiSays${idOf(type.toLowerCase())}`, {
      restApiId: rest.ref,
      responseType: type,
      statusCode: status,
      responseParameters: wait,
      responseTemplates: {
        "application/json": JSON.stringify({ error: { code, message, remedy, retry } }),
      },
    });
  });
}

/** A deployment is a picture of the API: it needs a new name whenever what it pictures changes. */
function makeDeployment(
  site: Site,
  rest: CfnRestApi,
  parts: readonly (CfnMethod | CfnGatewayResponse)[],
): CfnDeployment {
  const picture = site.plan.streams.map(({ name, schema }) => [name, schema]);
  const text = JSON.stringify([picture, ERRORS, MEDIA, site.aws.stage]);
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
  const deployment = new CfnDeployment(site.scope, `ApiDeployment${hash}`, {
    restApiId: rest.ref,
    description: `Plan ${site.plan.hash}`,
  });
  for (const part of parts) {
    deployment.addResourceDependency(part);
  }
  return deployment;
}

const ACCESS = {
  requestId: "$context.requestId",
  at: "$context.requestTimeEpoch",
  from: "$context.identity.sourceIp",
  key: "$context.identity.apiKeyId",
  method: "$context.httpMethod",
  path: "$context.path",
  status: "$context.status",
  bytes: "$context.responseLength",
  ms: "$context.responseLatency",
  error: "$context.error.message",
};

function makeStage(site: Site, rest: CfnRestApi, deployment: CfnDeployment): CfnStage {
  const { scope, aws } = site;
  const log = new CfnLogGroup(scope, "ApiLog", {
    logGroupName: `/millrace/${nameOf(site)}/api`,
    retentionInDays: Number(aws.logDays),
  });
  const { requestsPerSecond, requestsBurst } = aws;
  const stage = new CfnStage(scope, "ApiStage", {
    restApiId: rest.ref,
    deploymentId: deployment.ref,
    stageName: aws.stage,
    tracingEnabled: true,
    accessLogSetting: { destinationArn: log.attrArn, format: JSON.stringify(ACCESS) },
    methodSettings: [
      {
        resourcePath: "/*",
        httpMethod: "*",
        metricsEnabled: true,
        loggingLevel: "ERROR",
        dataTraceEnabled: false,
        throttlingRateLimit: requestsPerSecond,
        throttlingBurstLimit: requestsBurst,
      },
    ],
  });
  stage.addResourceDependency(makeLogAccount(site));
  return stage;
}

/** One setting per account and region: the role by which API Gateway writes logs. It outlives the stack. */
function makeLogAccount(site: Site): CfnAccount {
  const { partition, region, account } = Stack.of(site.scope);
  const arn = (name: string): string =>
    `arn:${partition}:logs:${region}:${account}:log-group:${name}`;
  const role = makeRole(site, {
    id: "ApiLogRole",
    kind: "accessLog",
    says: "Lets API Gateway write its logs",
    trust: "apigateway.amazonaws.com",
    grants: [
      {
        sid: "WriteApiLogs",
        actions: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
        on: [
          arn(`/millrace/${nameOf(site)}/api:*`),
          // Execution logs have a name that holds the API's own id.
          arn("API-Gateway-Execution-Logs_*"),
        ],
      },
      { sid: "FindLogs", actions: ["logs:DescribeLogGroups"], on: [arn("*")] },
    ],
  });
  const setting = new CfnAccount(site.scope, "ApiLogAccount", { cloudWatchRoleArn: role.attrArn });
  for (const one of [role, setting]) {
    one.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE;
    one.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
  }
  return setting;
}

function makeUsage(site: Site, rest: CfnRestApi, stage: CfnStage): CfnApiKey {
  const { scope, aws } = site;
  const apiKey = new CfnApiKey(scope, "ApiKey", {
    name: nameOf(site),
    description: `Sends events to ${nameOf(site)}`,
    enabled: true,
  });
  const usage = new CfnUsagePlan(scope, "ApiUsage", {
    usagePlanName: nameOf(site),
    apiStages: [{ apiId: rest.ref, stage: stage.ref }],
    throttle: { rateLimit: aws.requestsPerSecond, burstLimit: aws.requestsBurst },
    quota: { limit: aws.requestsPerDay, period: "DAY" },
  });
  new CfnUsagePlanKey(scope, "ApiUsageKey", {
    keyId: apiKey.ref,
    keyType: "API_KEY",
    usagePlanId: usage.ref,
  });
  return apiKey;
}
