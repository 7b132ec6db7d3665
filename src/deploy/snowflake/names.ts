/** Names of the Snowflake side: one database, a schema for what is raw and one for what is clean. */

import { quoteText } from "../../base/snowflake-text.ts";
import type { Plan, StreamPlan } from "../../plan/plan.ts";

export interface Names {
  readonly database: string;
  readonly raw: string;
  readonly clean: string;
  readonly warehouse: string;
  /** Owns and loads; reads. */
  readonly owner: string;
  readonly reader: string;
  readonly integration: string;
}

export function namesOf(plan: Plan): Names {
  const given = plan.deploy.snowflake.database;
  const base = upper(given === "" ? plan.name : given);
  return {
    database: base,
    raw: `${base}.RAW`,
    clean: `${base}.CLEAN`,
    warehouse: `${base}_WH`,
    owner: `${base}_OWNER`,
    reader: `${base}_READER`,
    integration: `${base}_S3`,
  };
}

export function tableOf(names: Names, stream: StreamPlan): string {
  return `${names.raw}.${identifier(stream.table)}`;
}

/** A name that needs no quotes; quoted where it does. */
export function identifier(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** A stage with a path behind it, as it stands in a statement: quoted where SQL would end it early. */
export function stagePath(path: string): string {
  return /^@[\w$./-]+$/.test(path) ? path : quoteText(path);
}

function upper(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9_]+/g, "_");
}

export interface Buckets {
  readonly data: string;
  readonly errors: string;
  readonly roleArn: string;
  readonly externalId: string;
}

/** Names as the stack gives them; the account's number is known only where it is deployed. */
export function bucketsOf({ name, deploy }: Plan): Buckets {
  const { region } = deploy.aws;
  return {
    data: `${name}-data-<account>-${region}`,
    errors: `${name}-errors-<account>-${region}`,
    roleArn: `arn:aws:iam::<account>:role/${name}-snowflake`,
    externalId: `millrace-${name}`,
  };
}
