/** TagDeliveryStream: adds tags, or gives those of the same key other values. */

import type { Operation } from "../../../../wire/service.ts";
import { checkTags } from "../config/tags.ts";
import { operation, type Firehose, type Named } from "../operation.ts";
import type { Tag } from "../registry/entry.ts";

interface Input extends Named {
  readonly Tags: readonly Tag[];
}

export function tagDeliveryStream({ streams }: Firehose): Operation {
  return operation("TagDeliveryStream", (input: Input) => {
    const found = streams.find(input.DeliveryStreamName);
    streams.keepTags(found, checkTags(streams.tagsOf(found), input.Tags));
    return undefined;
  });
}
