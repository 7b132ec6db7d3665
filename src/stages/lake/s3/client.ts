/** The AWS SDK, loaded only where an s3:// address is opened: it is an optional dependency of Millrace. */

import type * as S3 from "@aws-sdk/client-s3";
import type { S3Address } from "../../../base/address.ts";
import { Fault } from "../../../base/faults.ts";

type Sdk = typeof S3;

/** One prefix of one bucket, and what speaks to it. */
export interface Bucket {
  readonly sdk: Sdk;
  readonly client: S3.S3Client;
  readonly name: string;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
  readonly sleep: (ms: number) => Promise<void>;
}

const CONNECT_MS = 5000;
/** A connection on which nothing moves for this long is given up. */
const SILENCE_MS = 30_000;
/** The SDK waits longer before each, at most 20 s. */
const ATTEMPTS = 5;

/** Throws DRIVER_MISSING. */
export async function openBucket(
  address: S3Address,
  sleep: (ms: number) => Promise<void>,
): Promise<Bucket> {
  const { bucket: name, prefix, region, endpoint } = address;
  const sdk = await loadSdk();
  const client = new sdk.S3Client({
    ...(region === undefined ? {} : { region }),
    // Only AWS itself is sure to answer under BUCKET.HOST.
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    maxAttempts: ATTEMPTS,
    followRegionRedirects: true,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: SILENCE_MS,
      throwOnRequestTimeout: true,
    },
  });
  return { sdk, client, name, prefix, sleep };
}

async function loadSdk(): Promise<Sdk> {
  try {
    return await import("@aws-sdk/client-s3");
  } catch (thrown) {
    const facts = { what: "A lake on S3", package: "@aws-sdk/client-s3" };
    throw new Fault("DRIVER_MISSING", facts, thrown);
  }
}
