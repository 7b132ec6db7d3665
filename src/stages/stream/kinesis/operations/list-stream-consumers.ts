/** ListStreamConsumers: in the order they were registered, a page at a time. */

import { consumerView } from "../resources/consumers.ts";
import { fromArn } from "../names.ts";
import { openToken, sealToken } from "../describe/page-token.ts";
import { operation } from "../operation.ts";

interface Input {
  readonly StreamARN: string;
  readonly NextToken?: string;
  readonly MaxResults?: number;
}

const PAGE_MAX = 100;
const KIND = "ListStreamConsumers";

export const listStreamConsumers = operation<Input>(
  "ListStreamConsumers",
  (kinesis, input, call) => {
    const stream = kinesis.catalog.find(fromArn(input.StreamARN));
    const { NextToken: token, MaxResults = PAGE_MAX } = input;
    const from = token === undefined ? 0 : (openToken(kinesis, KIND, token) as number);
    const { consumers } = stream.facts;
    const to = from + Math.min(MaxResults, PAGE_MAX);
    return {
      Consumers: consumers.slice(from, to).map((each) => consumerView(stream, each, call.region)),
      NextToken: to < consumers.length ? sealToken(kinesis, KIND, to) : undefined,
    };
  },
);
