/** UntagDeliveryStream: removes tags by their keys; a key that is none is no error. */

import type { Operation } from "../../../../wire/service.ts";
import { operation, type Firehose, type Named } from "../operation.ts";

interface Input extends Named {
  readonly TagKeys: readonly string[];
}

export function untagDeliveryStream({ streams }: Firehose): Operation {
  return operation("UntagDeliveryStream", (input: Input) => {
    const found = streams.find(input.DeliveryStreamName);
    const left = streams.tagsOf(found).filter(({ Key }) => !input.TagKeys.includes(Key));
    streams.keepTags(found, left);
    return undefined;
  });
}
