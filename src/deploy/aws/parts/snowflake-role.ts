/** The role by which Snowflake reads the buckets: its name and external id are ours, so that one pass is enough. */

import { Fn } from "aws-cdk-lib";
import type { CfnRole } from "aws-cdk-lib/aws-iam";
import type { CfnBucket } from "aws-cdk-lib/aws-s3";
import { makeRole } from "../role.ts";
import { nameOf, type Site } from "../site.ts";

export interface SnowflakeTrust {
  /** The IAM user of the Snowflake account, from DESC INTEGRATION. */
  readonly userArn: string;
  readonly externalId: string;
}

export function makeSnowflakeRole(
  site: Site,
  buckets: readonly CfnBucket[],
  trust: SnowflakeTrust,
): CfnRole {
  return makeRole(site, {
    id: "SnowflakeRole",
    kind: "snowflake",
    name: `${nameOf(site)}-snowflake`,
    says: "Lets Snowflake read what was delivered and what was set aside",
    trust: {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: trust.userArn },
          Action: "sts:AssumeRole",
          Condition: { StringEquals: { "sts:ExternalId": trust.externalId } },
        },
      ],
    },
    grants: [
      {
        sid: "ReadObjects",
        actions: ["s3:GetObject", "s3:GetObjectVersion"],
        on: buckets.map(({ attrArn }) => Fn.join("", [attrArn, "/*"])),
      },
      {
        sid: "ListObjects",
        actions: ["s3:ListBucket", "s3:GetBucketLocation"],
        on: buckets.map(({ attrArn }) => attrArn),
      },
      { sid: "UseKey", actions: ["kms:Decrypt"], on: [site.key.attrArn] },
    ],
  });
}
