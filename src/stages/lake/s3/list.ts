/** Lists a bucket's objects page by page, in the order of their names. */

import { Fault } from "../../../base/faults.ts";
import { type ObjectName, toObjectName } from "../../../base/object-name.ts";
import type { StoredObject } from "../../../seams/store.ts";
import { sayWhy } from "./answers.ts";
import type { Bucket } from "./client.ts";

/** Objects whose name starts with `prefix` and comes after `after`. */
export async function* listBucket(
  bucket: Bucket,
  prefix: string,
  after: ObjectName | undefined,
): AsyncIterable<StoredObject> {
  let page: string | undefined;
  do {
    const { objects, next } = await readPage(bucket, { prefix, after, page });
    for (const { key, bytes } of objects) {
      const name = toObjectName(key.slice(bucket.prefix.length));
      // Other programs may keep objects beside ours; folders some of them make end with a slash.
      if (name !== undefined && name > (after ?? "")) {
        yield { name, bytes };
      }
    }
    page = next;
  } while (page !== undefined);
}

interface Page {
  readonly objects: readonly { readonly key: string; readonly bytes: number }[];
  readonly next: string | undefined;
}

interface Wanted {
  readonly prefix: string;
  readonly after: ObjectName | undefined;
  readonly page: string | undefined;
}

async function readPage(bucket: Bucket, { prefix, after, page }: Wanted): Promise<Page> {
  const { client, sdk, name } = bucket;
  const where = { Bucket: name, Prefix: `${bucket.prefix}${prefix}` };
  const from = after === undefined ? {} : { StartAfter: `${bucket.prefix}${after}` };
  const place = page === undefined ? from : { ContinuationToken: page };
  try {
    const found = await client.send(new sdk.ListObjectsV2Command({ ...where, ...place }));
    const objects = (found.Contents ?? []).map(({ Key, Size }) => ({
      key: Key ?? "",
      bytes: Size ?? 0,
    }));
    const next = found.IsTruncated === true ? found.NextContinuationToken : undefined;
    return { objects, next };
  } catch (thrown) {
    throw new Fault("LAKE_READ_FAILED", { name: prefix, cause: sayWhy(thrown) }, thrown);
  }
}
