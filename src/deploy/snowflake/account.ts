/** Statements for whoever administers the account: database, warehouse, roles, and the way into the buckets. */

import type { Plan } from "../../plan/plan.ts";
import { quoteText } from "../../base/snowflake-text.ts";
import { type Buckets, type Names } from "./names.ts";

export function accountStatements(plan: Plan, names: Names): string[] {
  const { database, raw, clean, warehouse, owner, reader } = names;
  const { size } = plan.deploy.snowflake;
  const seconds = 60;
  return [
    `CREATE ROLE IF NOT EXISTS ${owner} COMMENT = ${quoteText(`Loads and models ${plan.name}`)}`,
    `CREATE ROLE IF NOT EXISTS ${reader} COMMENT = ${quoteText(`Reads ${plan.name}`)}`,
    `GRANT ROLE ${owner} TO ROLE SYSADMIN`,
    `GRANT ROLE ${reader} TO ROLE ${owner}`,
    [
      `CREATE WAREHOUSE IF NOT EXISTS ${warehouse}`,
      `  WAREHOUSE_SIZE = ${size}`,
      `  AUTO_SUSPEND = ${seconds}`,
      "  AUTO_RESUME = TRUE",
      "  INITIALLY_SUSPENDED = TRUE",
    ].join("\n"),
    `GRANT USAGE, OPERATE ON WAREHOUSE ${warehouse} TO ROLE ${owner}`,
    `GRANT USAGE ON WAREHOUSE ${warehouse} TO ROLE ${reader}`,
    `CREATE DATABASE IF NOT EXISTS ${database}`,
    `CREATE SCHEMA IF NOT EXISTS ${raw}`,
    `CREATE SCHEMA IF NOT EXISTS ${clean}`,
    `GRANT USAGE ON DATABASE ${database} TO ROLE ${owner}`,
    `GRANT USAGE ON DATABASE ${database} TO ROLE ${reader}`,
    `GRANT ALL PRIVILEGES ON SCHEMA ${raw} TO ROLE ${owner}`,
    `GRANT ALL PRIVILEGES ON SCHEMA ${clean} TO ROLE ${owner}`,
    `GRANT USAGE ON SCHEMA ${clean} TO ROLE ${reader}`,
    `GRANT SELECT ON FUTURE TABLES IN SCHEMA ${clean} TO ROLE ${reader}`,
    `GRANT SELECT ON FUTURE VIEWS IN SCHEMA ${clean} TO ROLE ${reader}`,
    `GRANT SELECT ON FUTURE DYNAMIC TABLES IN SCHEMA ${clean} TO ROLE ${reader}`,
    `GRANT EXECUTE TASK ON ACCOUNT TO ROLE ${owner}`,
  ];
}

/** The role and its external id are ours and known before: one pass is enough, and only the user is looked up after. */
export function integrationStatements(names: Names, buckets: Buckets): string[] {
  const { integration, owner } = names;
  const places = [buckets.data, buckets.errors].map((bucket) => quoteText(`s3://${bucket}/`));
  return [
    [
      `CREATE STORAGE INTEGRATION IF NOT EXISTS ${integration}`,
      "  TYPE = EXTERNAL_STAGE",
      "  STORAGE_PROVIDER = 'S3'",
      "  ENABLED = TRUE",
      `  STORAGE_AWS_ROLE_ARN = ${quoteText(buckets.roleArn)}`,
      `  STORAGE_AWS_EXTERNAL_ID = ${quoteText(buckets.externalId)}`,
      `  STORAGE_ALLOWED_LOCATIONS = (${places.join(", ")})`,
    ].join("\n"),
    `GRANT USAGE ON INTEGRATION ${integration} TO ROLE ${owner}`,
    `DESCRIBE INTEGRATION ${integration}`,
  ];
}
