/** Where a pipeline's tables are, as people write it: `snowflake://ACCOUNT/DATABASE/SCHEMA?…`. */

import { invalid, toOptions, toUrl } from "./address.ts";

export interface SnowflakeAddress {
  readonly kind: "snowflake";
  /** `myorg-myaccount`, or a locator with its region. */
  readonly account: string;
  /** Names in capitals, as SQL without quotes has them. */
  readonly database: string;
  readonly schema: string;
  readonly role: string | undefined;
  /** What computes; undefined is the user's default. */
  readonly warehouse: string | undefined;
  readonly user: string | undefined;
  /** A stage over the lake's place, or a storage integration for one that Millrace makes. */
  readonly stage: string | undefined;
  readonly integration: string | undefined;
  /** Whether Snowflake copies the lake's objects, or rows go through Snowpipe Streaming's channels. */
  readonly load: "copy" | "streaming";
  /** The SQL API, or the driver `snowflake-sdk` where it is installed. */
  readonly transport: "api" | "driver";
  /** A server of one's own that speaks the SQL API; undefined is Snowflake. */
  readonly endpoint: string | undefined;
}

const ACCOUNT = /^[a-z0-9][a-z0-9_.-]{0,254}$/i;
const NAME = /^[A-Za-z_][A-Za-z0-9_$]{0,254}$/;
const OPTIONS = [
  "role",
  "warehouse",
  "user",
  "load",
  "transport",
  "stage",
  "integration",
  "endpoint",
] as const;

/** Throws ADDRESS_INVALID. */
export function toWarehouseAddress(text: string): SnowflakeAddress {
  const url = toUrl("warehouse", text, ["snowflake"]);
  if (url === undefined) {
    throw invalid("warehouse", text, "it is neither `embedded` nor snowflake://ACCOUNT/DATABASE");
  }
  const [database = "", schema = "PUBLIC", ...rest] = url.pathname.split("/").slice(1);
  if (!ACCOUNT.test(url.hostname)) {
    throw invalid("warehouse", text, `${url.hostname} is no account, such as myorg-myaccount`);
  }
  const options = toOptions({ part: "warehouse", text, url }, OPTIONS);
  const { role, warehouse } = options;
  const named = { database, schema, role, warehouse };
  for (const [what, name] of Object.entries(named)) {
    if (name !== undefined && !NAME.test(name)) {
      throw invalid("warehouse", text, `${name === "" ? "nothing" : name} is no ${what}'s name`);
    }
  }
  const { load = "copy", transport = "api", stage, integration } = options;
  if (load !== "copy" && load !== "streaming") {
    throw invalid("warehouse", text, `?load=${load} is neither copy nor streaming`);
  }
  if (transport !== "api" && transport !== "driver") {
    throw invalid("warehouse", text, `?transport=${transport} is neither api nor driver`);
  }
  if (load === "streaming" && (stage ?? integration) !== undefined) {
    throw invalid("warehouse", text, "rows that are streamed need no ?stage= or ?integration=");
  }
  if (rest.length > 0) {
    throw invalid("warehouse", text, "behind the schema there is nothing more to say");
  }
  return {
    ...options,
    load,
    transport,
    kind: "snowflake",
    account: url.hostname.toLowerCase(),
    database: database.toUpperCase(),
    schema: schema.toUpperCase(),
    role: role?.toUpperCase(),
    warehouse: warehouse?.toUpperCase(),
  };
}

/** Where the account answers; a host has no underscores. */
export function snowflakeBase({ account, endpoint }: SnowflakeAddress): string {
  return endpoint ?? `https://${account.replaceAll("_", "-")}.snowflakecomputing.com`;
}
