/** ListTagsForDeliveryStream: tags in order of their keys, a page at a time. */

import type { Operation } from "../../../../wire/service.ts";
import { operation, type Firehose, type Named } from "../operation.ts";

interface Input extends Named {
  readonly ExclusiveStartTagKey?: string;
  readonly Limit?: number;
}

const LIMIT_DEFAULT = 50;

export function listTagsForDeliveryStream({ streams }: Firehose): Operation {
  return operation("ListTagsForDeliveryStream", (input: Input) => {
    const { Limit = LIMIT_DEFAULT, ExclusiveStartTagKey: after } = input;
    const all = streams.tagsOf(streams.find(input.DeliveryStreamName));
    const tags = all.filter(({ Key }) => after === undefined || Key > after);
    return { Tags: tags.slice(0, Limit), HasMoreTags: tags.length > Limit };
  });
}
