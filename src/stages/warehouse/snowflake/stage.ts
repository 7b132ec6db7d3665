/** How Snowflake comes to the lake's objects: through a stage over the bucket they are in. */

import { Fault } from "../../../base/faults.ts";
import { quoteText } from "../../../base/snowflake-text.ts";

/** What is said about the way; undefined members were not said. */
export interface StagePlace {
  /** A stage that somebody made over the lake's place. */
  readonly stage: string | undefined;
  /** A storage integration that may read the bucket; the stage is then ours to make. */
  readonly integration: string | undefined;
  /** `s3://BUCKET/PREFIX/` of the lake; undefined for a lake in a folder. */
  readonly url: string | undefined;
}

export interface Stage {
  /** As it stands behind FROM. */
  readonly name: string;
  /** Statements that make it, where that is ours to do. */
  readonly statements: readonly string[];
}

const OWN = "MILLRACE_LAKE";
const NAME = /^[A-Za-z_][A-Za-z0-9_$]*(?:\.[A-Za-z_][A-Za-z0-9_$]*){0,2}$/;

/** Throws WAREHOUSE_CANNOT where Snowflake can come to the lake's objects by no way, ADDRESS_INVALID. */
export function toStage({ stage, integration, url }: StagePlace, address: string): Stage {
  if (stage !== undefined) {
    requireName("stage", stage, address);
    return { name: `@${stage}`, statements: [] };
  }
  if (integration === undefined || url === undefined) {
    throw new Fault("WAREHOUSE_CANNOT", {
      address,
      what: "load objects",
      cause: `the lake is ${url ?? "in a folder"}, and the SQL API only fetches, through a stage over a bucket`,
      way: "Use a lake on S3 and name a way into it: ?integration=NAME (a storage integration) or ?stage=NAME (a stage over the lake's prefix).",
    });
  }
  requireName("integration", integration, address);
  const made = `CREATE STAGE IF NOT EXISTS ${OWN} URL = ${quoteText(url)} STORAGE_INTEGRATION = ${integration}`;
  return { name: `@${OWN}`, statements: [made] };
}

function requireName(what: string, name: string, address: string): void {
  if (!NAME.test(name)) {
    const cause = `?${what}=${name} is no name of Snowflake's, such as MARKET_LAKE`;
    throw new Fault("ADDRESS_INVALID", { part: "warehouse", address, cause });
  }
}
