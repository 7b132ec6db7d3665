/** What the read APIs find in their environment: where the tables are, and, from one secret, who asks and who may ask them. */

import { CfnCondition, CfnParameter, Fn, Stack } from "aws-cdk-lib";
import type { CfnBucket } from "aws-cdk-lib/aws-s3";
import type { Site } from "../site.ts";

export interface ReadingEnvironment {
  readonly plain: Readonly<Record<string, string>>;
  /** Variable → a member of the secret, as ECS and App Runner name it. */
  readonly secrets: readonly Secret[];
  /** The secret itself. */
  readonly secretArn: string;
}

export interface Secret {
  readonly name: string;
  /** `<arn>:<member>::`, the newest version. */
  readonly from: string;
  /** The variable is there only where this holds. */
  readonly when?: CfnCondition;
}

/** Makes the parameters that only whoever deploys can know. */
export function readingEnvironment(site: Site, data: CfnBucket): ReadingEnvironment {
  const warehouse = parameter(site, "ReadingWarehouse", {
    description:
      "Tables of the read APIs: snowflake://ACCOUNT/DATABASE/SCHEMA?role=ROLE&warehouse=WAREHOUSE&user=USER",
    default: "embedded",
    allowedPattern: "^(embedded|snowflake://.+)$",
  });
  const secretArn = parameter(site, "ReadingSecretArn", {
    description:
      "Secret of Secrets Manager, as JSON: MILLRACE_KEYS (text of a keys.json) and, for Snowflake, SNOWFLAKE_TOKEN",
    allowedPattern: String.raw`^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:.+-[A-Za-z0-9]{6}$`,
  });
  const onSnowflake = new CfnCondition(site.scope, "ReadingOnSnowflake", {
    expression: Fn.conditionNot(Fn.conditionEquals(warehouse, "embedded")),
  });
  onSnowflake.overrideLogicalId("ReadingOnSnowflake");
  const member = (name: string): string => Fn.join("", [secretArn, `:${name}::`]);
  return {
    plain: {
      MILLRACE_LAKE: Fn.join("", ["s3://", data.ref, "/"]),
      MILLRACE_WAREHOUSE: warehouse,
      AWS_REGION: Stack.of(site.scope).region,
    },
    secrets: [
      { name: "MILLRACE_KEYS", from: member("MILLRACE_KEYS") },
      { name: "SNOWFLAKE_TOKEN", from: member("SNOWFLAKE_TOKEN"), when: onSnowflake },
    ],
    secretArn,
  };
}

interface ParameterShape {
  readonly description: string;
  readonly default?: string;
  readonly allowedPattern: string;
}

function parameter(site: Site, id: string, shape: ParameterShape): string {
  const made = new CfnParameter(site.scope, id, { type: "String", ...shape });
  made.overrideLogicalId(id);
  return made.valueAsString;
}
