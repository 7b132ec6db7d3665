/** A lake's place on a server that speaks S3, with the keys such servers are content with. */

import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import type { LakePlace } from "../../src/stages/lake/index.ts";

export const BUCKET = "lake";

/** Sets the keys too: the SDK finds them where a user's are. */
export function remotePlace(endpoint: string, prefix: string, scratch: string): LakePlace {
  process.env["AWS_ACCESS_KEY_ID"] = "millrace";
  process.env["AWS_SECRET_ACCESS_KEY"] = "millrace-secret";
  const address = { kind: "s3", bucket: BUCKET, prefix, region: "us-east-1", endpoint } as const;
  return { address, scratch };
}

/** The bucket of those places. */
export async function makeBucket(endpoint: string): Promise<void> {
  const credentials = { accessKeyId: "millrace", secretAccessKey: "millrace-secret" };
  const given = { endpoint, region: "us-east-1", forcePathStyle: true, credentials };
  const client = new S3Client(given);
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  client.destroy();
}
