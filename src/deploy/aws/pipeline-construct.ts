/** The whole managed pipeline as one construct: put it into a stack of your own, or let `millrace deploy` do so. */

import { CfnCondition, CfnDeletionPolicy, CfnOutput, CfnParameter, Fn, Stack } from "aws-cdk-lib";
import { CfnKey } from "aws-cdk-lib/aws-kms";
import { CfnTopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import type { Plan, StreamPlan } from "../../plan/plan.ts";
import { makeAlarms, type Watched } from "./parts/alarms.ts";
import { type Api, makeApi } from "./parts/api.ts";
import { type Buckets, makeBuckets } from "./parts/buckets.ts";
import { makeCheck } from "./parts/check.ts";
import { makeDelivery } from "./parts/delivery.ts";
import { makeReading } from "./parts/reading.ts";
import { makeSnowflakeRole } from "./parts/snowflake-role.ts";
import { makeStream } from "./parts/stream.ts";
import { deployedStreams } from "../streams.ts";
import { type LambdaCode, nameOf, type Site } from "./site.ts";

export interface PipelineProps {
  readonly plan: Plan;
  /** Folder of each bundled Lambda, holding index.mjs. */
  readonly code: LambdaCode;
}

export class MillracePipeline extends Construct {
  readonly buckets: Buckets;
  readonly api: Api;

  constructor(scope: Construct, id: string, { plan, code }: PipelineProps) {
    super(scope, id);
    const { aws } = plan.deploy;
    const site: Site = { scope: this, plan, aws, key: makeKey(this, plan), code };
    const parameters = makeParameters(this, plan);
    this.buckets = makeBuckets(site, parameters.pipe);
    const { data, errors } = this.buckets;
    const made = deployedStreams(plan).map((stream) => makeWay(site, stream, this.buckets));
    this.api = makeApi(site, made);
    const { userArn, externalId } = parameters;
    const snowflake = makeSnowflakeRole(site, [data, errors], { userArn, externalId });
    const topic = makeTopic(site);
    makeAlarms(site, topic, made.map(toWatched));
    const reading = makeReading(site, { data });
    this.#tell({
      ApiUrl: urlOf(site, this.api),
      ApiKeyId: this.api.apiKey.ref,
      DataBucket: data.ref,
      ErrorBucket: errors.ref,
      SnowflakeRoleArn: snowflake.attrArn,
      AlarmTopic: topic.ref,
      ...(reading === undefined ? {} : { ReadingUrl: reading }),
    });
  }

  #tell(outputs: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(outputs)) {
      new CfnOutput(this, `Tells${name}`, { value }).overrideLogicalId(name);
    }
  }
}

interface Way extends Omit<Watched, "stream"> {
  readonly stream: StreamPlan;
}

/** One stream's way from the API to its bucket. */
function makeWay(site: Site, stream: StreamPlan, { data, errors }: Buckets): Way {
  const kinesis = makeStream(site, stream);
  const check = makeCheck(site, { stream, kinesis, errors });
  return { stream, kinesis, check, ...makeDelivery(site, { stream, kinesis, data }) };
}

function toWatched(way: Way): Watched {
  return { ...way, stream: way.stream.name };
}

/** Encrypts streams, buckets and alarms. Kept, because what it encrypted could not be read without it. */
function makeKey(scope: Construct, plan: Plan): CfnKey {
  const { partition, account } = Stack.of(scope);
  const key = new CfnKey(scope, "Key", {
    description: `Encrypts the events of ${plan.name}`,
    enableKeyRotation: true,
    pendingWindowInDays: 30,
    keyPolicy: {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "AccountDecides",
          Effect: "Allow",
          Principal: { AWS: Fn.join("", ["arn:", partition, ":iam::", account, ":root"]) },
          Action: "kms:*",
          Resource: "*",
        },
        {
          Sid: "AlarmsMayBeTold",
          Effect: "Allow",
          Principal: { Service: "cloudwatch.amazonaws.com" },
          Action: ["kms:Decrypt", "kms:GenerateDataKey"],
          Resource: "*",
          Condition: { StringEquals: { "aws:SourceAccount": account } },
        },
      ],
    },
  });
  key.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE;
  key.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
  return key;
}

function makeTopic(site: Site): CfnTopic {
  return new CfnTopic(site.scope, "Alarms", {
    topicName: `${nameOf(site)}-alarms`,
    displayName: `Millrace ${nameOf(site)}`,
    kmsMasterKeyId: site.key.attrKeyId,
  });
}

function makeParameters(scope: Construct, plan: Plan) {
  const queue = parameter(scope, "SnowpipeQueueArn", {
    says: "Queue of Snowflake's pipe (notification_channel of SHOW PIPES); empty before there is one",
    standard: "",
  });
  const user = parameter(scope, "SnowflakeUserArn", {
    says: "IAM user of the Snowflake account (DESC INTEGRATION); empty before it is known",
    standard: "",
  });
  const external = parameter(scope, "SnowflakeExternalId", {
    says: "External id of the storage integration: the same in its SQL",
    standard: `millrace-${plan.name}`,
  });
  const { partition, account } = Stack.of(scope);
  const userKnown = given(scope, "SnowflakeUserKnown", user);
  const root = Fn.join("", ["arn:", partition, ":iam::", account, ":root"]);
  return {
    pipe: { arn: queue.valueAsString, known: given(scope, "SnowpipeKnown", queue) },
    // Nobody of another account is trusted before Snowflake's user is known.
    userArn: Fn.conditionIf(userKnown.logicalId, user.valueAsString, root).toString(),
    externalId: external.valueAsString,
  };
}

function parameter(
  scope: Construct,
  id: string,
  { says, standard }: { readonly says: string; readonly standard: string },
): CfnParameter {
  const made = new CfnParameter(scope, id, {
    type: "String",
    default: standard,
    description: says,
  });
  made.overrideLogicalId(id);
  return made;
}

function given(scope: Construct, id: string, of: CfnParameter): CfnCondition {
  const expression = Fn.conditionNot(Fn.conditionEquals(of.valueAsString, ""));
  const made = new CfnCondition(scope, id, { expression });
  made.overrideLogicalId(id);
  return made;
}

function urlOf(site: Site, { rest, stage }: Api): string {
  const { region, urlSuffix } = Stack.of(site.scope);
  return `https://${rest.ref}.execute-api.${region}.${urlSuffix}/${stage.ref}`;
}
