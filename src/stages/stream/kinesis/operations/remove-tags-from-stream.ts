/** RemoveTagsFromStream. */

import { nameOf, type StreamRef } from "../names.ts";
import { without } from "../resources/tags.ts";
import { operation } from "../operation.ts";

interface Input extends StreamRef {
  readonly TagKeys: readonly string[];
}

export const removeTagsFromStream = operation<Input>(
  "RemoveTagsFromStream",
  ({ catalog }, input) => {
    const stream = catalog.find(nameOf(input));
    catalog.save(stream, { tags: without(stream.facts.tags, input.TagKeys) });
    return undefined;
  },
);
