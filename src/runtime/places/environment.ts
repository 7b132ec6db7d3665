/** The one file that reads the environment for where things run; AWS keys and profiles are found by its SDK itself. */

import { isWebAddress, showAddress } from "../../base/address.ts";
import { Fault } from "../../base/faults.ts";

export interface Environment {
  readonly lake: string | undefined;
  readonly stream: string | undefined;
  readonly warehouse: string | undefined;
  /** Who logs in to Snowflake. Read where it is used and handed to nobody: it holds secrets. */
  readonly snowflake: {
    readonly user: string | undefined;
    readonly keyFile: string | undefined;
    readonly passphrase: string | undefined;
    readonly token: string | undefined;
  };
  /** Servers that stand for S3 and Kinesis; undefined is AWS itself. */
  readonly s3Endpoint: string | undefined;
  readonly kinesisEndpoint: string | undefined;
  readonly region: string | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** The environment as it is, for what a definition calls `env:NAME`. */
export function allVariables(): Variables {
  return process.env;
}

/** Throws ADDRESS_INVALID. */
export function readEnvironment(variables: Variables = process.env): Environment {
  const read = (name: string): string | undefined =>
    variables[name] === "" ? undefined : variables[name];
  const endpoint = (name: string, part: string): string | undefined => {
    const text = read(name) ?? read("AWS_ENDPOINT_URL");
    if (text !== undefined && !isWebAddress(text)) {
      const cause = `${name} or AWS_ENDPOINT_URL is no http:// or https:// address`;
      throw new Fault("ADDRESS_INVALID", { part, address: showAddress(text), cause });
    }
    return text;
  };
  return {
    lake: read("MILLRACE_LAKE"),
    stream: read("MILLRACE_STREAM"),
    warehouse: read("MILLRACE_WAREHOUSE"),
    snowflake: {
      user: read("SNOWFLAKE_USER"),
      keyFile: read("SNOWFLAKE_PRIVATE_KEY_FILE"),
      passphrase: read("SNOWFLAKE_PRIVATE_KEY_PASSPHRASE"),
      token: read("SNOWFLAKE_TOKEN"),
    },
    s3Endpoint: endpoint("AWS_ENDPOINT_URL_S3", "lake"),
    kinesisEndpoint: endpoint("AWS_ENDPOINT_URL_KINESIS", "stream"),
    region: read("AWS_REGION") ?? read("AWS_DEFAULT_REGION"),
  };
}
