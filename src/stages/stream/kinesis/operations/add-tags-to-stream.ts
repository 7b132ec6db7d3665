/** AddTagsToStream. */

import { nameOf, type StreamRef } from "../names.ts";
import { checkTags, type Tags } from "../resources/tags.ts";
import { operation } from "../operation.ts";

interface Input extends StreamRef {
  readonly Tags: Tags;
}

export const addTagsToStream = operation<Input>("AddTagsToStream", ({ catalog }, input) => {
  const stream = catalog.find(nameOf(input));
  const { tags } = stream.facts;
  checkTags(input.Tags, tags);
  catalog.save(stream, { tags: { ...tags, ...input.Tags } });
  return undefined;
});
