/** ListTagsForStream: tags by key, a page at a time. */

import { nameOf, type StreamRef } from "../names.ts";
import { toTagList } from "../resources/tags.ts";
import { operation } from "../operation.ts";

interface Input extends StreamRef {
  readonly ExclusiveStartTagKey?: string;
  readonly Limit?: number;
}

const PAGE_MAX = 50;

export const listTagsForStream = operation<Input>("ListTagsForStream", ({ catalog }, input) => {
  const { ExclusiveStartTagKey: after, Limit = PAGE_MAX } = input;
  const { tags } = catalog.find(nameOf(input)).facts;
  const rest = toTagList(tags).filter(({ Key }) => after === undefined || Key > after);
  return { Tags: rest.slice(0, Limit), HasMoreTags: rest.length > Limit };
});
