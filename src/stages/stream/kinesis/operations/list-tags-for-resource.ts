/** ListTagsForResource: tags by ARN. */

import { findResource } from "../resources/resource.ts";
import { toTagList } from "../resources/tags.ts";
import { operation } from "../operation.ts";

interface Input {
  readonly ResourceARN: string;
}

export const listTagsForResource = operation<Input>(
  "ListTagsForResource",
  ({ catalog }, { ResourceARN }) => ({ Tags: toTagList(findResource(catalog, ResourceARN).tags) }),
);
