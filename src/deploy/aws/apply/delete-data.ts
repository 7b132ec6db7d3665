/** Deletes what a stack left because it holds data: buckets with all versions, and streams. Asked for by name only. */

import { causeOf, Fault } from "../../../base/faults.ts";

export interface DataNames {
  readonly buckets: readonly string[];
  readonly streams: readonly string[];
}

export interface DeleteOptions {
  readonly region: string;
  readonly names: DataNames;
  readonly told: (line: string) => void;
}

/** Resolves to the names of what is gone. Throws DEPLOY_TOOL_MISSING, DEPLOY_FAILED. */
export async function deleteData(options: DeleteOptions): Promise<readonly string[]> {
  try {
    return [...(await deleteBuckets(options)), ...(await deleteStreams(options))];
  } catch (thrown) {
    if (thrown instanceof Fault) {
      throw thrown;
    }
    throw new Fault("DEPLOY_FAILED", {
      step: "deletion of the data",
      stack: options.names.buckets.join(", "),
      cause: causeOf(thrown),
    });
  }
}

/** Before anything is removed: whether all is here that a deletion needs. Throws DEPLOY_TOOL_MISSING. */
export async function findDeleters(): Promise<void> {
  await Promise.all([loadS3(), loadKinesis()]);
}

const loadS3 = () => load(() => import("@aws-sdk/client-s3"), "@aws-sdk/client-s3");
const loadKinesis = () => load(() => import("@aws-sdk/client-kinesis"), "@aws-sdk/client-kinesis");

async function deleteBuckets({ region, names, told }: DeleteOptions): Promise<string[]> {
  const sdk = await loadS3();
  const client = new sdk.S3Client({ region, forcePathStyle: true });
  const gone: string[] = [];
  for (const Bucket of names.buckets) {
    for (;;) {
      const page = await client.send(new sdk.ListObjectVersionsCommand({ Bucket }));
      const all = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
      if (all.length === 0) {
        break;
      }
      const Objects = all.map(({ Key, VersionId }) => ({ Key, VersionId }));
      told(`${Bucket}: ${Objects.length} versions of objects`);
      await client.send(new sdk.DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    }
    await client.send(new sdk.DeleteBucketCommand({ Bucket }));
    gone.push(Bucket);
  }
  client.destroy();
  return gone;
}

async function deleteStreams({ region, names }: DeleteOptions): Promise<string[]> {
  const sdk = await loadKinesis();
  const client = new sdk.KinesisClient({ region });
  for (const StreamName of names.streams) {
    await client.send(new sdk.DeleteStreamCommand({ StreamName, EnforceConsumerDeletion: true }));
  }
  client.destroy();
  return [...names.streams];
}

async function load<T>(from: () => Promise<T>, tool: string): Promise<T> {
  try {
    return await from();
  } catch {
    throw new Fault("DEPLOY_TOOL_MISSING", { tool, wanted: "the deletion of data" });
  }
}
