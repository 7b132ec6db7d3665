/** DescribeStreamConsumer: by ARN, or by stream and name. */

import { consumerView, findConsumer, type ConsumerRef } from "../resources/consumers.ts";
import { toStreamArn } from "../names.ts";
import { operation } from "../operation.ts";

export const describeStreamConsumer = operation<ConsumerRef>(
  "DescribeStreamConsumer",
  ({ catalog }, input, call) => {
    const { stream, consumer } = findConsumer(catalog, input);
    return {
      ConsumerDescription: {
        ...consumerView(stream, consumer, call.region),
        StreamARN: toStreamArn(stream.name, call.region),
      },
    };
  },
);
