/** Staging in any store: where a put has no parts, the bytes are held until they are published. */

import type { ObjectName } from "../../base/object-name.ts";
import type { ObjectStore, StagedObject } from "../../seams/store.ts";

export async function stageOrHold(
  store: ObjectStore,
  name: ObjectName,
  chunks: readonly Uint8Array[],
): Promise<StagedObject> {
  const staged = await store.stage?.(name, chunks);
  return (
    staged ?? {
      publish: () => store.put(name, chunks),
      [Symbol.asyncDispose]: async () => {},
    }
  );
}
