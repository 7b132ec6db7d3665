/** UntagResource: removes tags by ARN. */

import { findResource } from "../resources/resource.ts";
import { without } from "../resources/tags.ts";
import { operation } from "../operation.ts";

interface Input {
  readonly ResourceARN: string;
  readonly TagKeys: readonly string[];
}

export const untagResource = operation<Input>("UntagResource", ({ catalog }, input) => {
  const resource = findResource(catalog, input.ResourceARN);
  resource.save({ tags: without(resource.tags, input.TagKeys) });
  return undefined;
});
