/** TagResource: a stream's or a consumer's tags by ARN. */

import { findResource } from "../resources/resource.ts";
import { checkTags, type Tags } from "../resources/tags.ts";
import { operation } from "../operation.ts";

interface Input {
  readonly ResourceARN: string;
  readonly Tags: Tags;
}

export const tagResource = operation<Input>("TagResource", ({ catalog }, input) => {
  const resource = findResource(catalog, input.ResourceARN);
  checkTags(input.Tags, resource.tags);
  resource.save({ tags: { ...resource.tags, ...input.Tags } });
  return undefined;
});
