/** ListStreams: names in order, a page at a time. */

import { invalidArgument } from "../faults.ts";
import { openToken, sealToken } from "../describe/page-token.ts";
import { streamSummary } from "../describe/stream-view.ts";
import { operation } from "../operation.ts";

interface Input {
  readonly Limit?: number;
  readonly ExclusiveStartStreamName?: string;
  readonly NextToken?: string;
}

const PAGE_MAX = 100;
const KIND = "ListStreams";

export const listStreams = operation<Input>("ListStreams", (kinesis, input, call) => {
  const { Limit = PAGE_MAX, ExclusiveStartStreamName, NextToken } = input;
  if (ExclusiveStartStreamName !== undefined && NextToken !== undefined) {
    throw invalidArgument("ExclusiveStartStreamName and NextToken cannot be provided together.");
  }
  const token = NextToken === undefined ? undefined : openToken(kinesis, KIND, NextToken);
  const after = ExclusiveStartStreamName ?? (token as string | undefined); // As it is sealed below.
  const rest = kinesis.catalog.all().filter(({ name }) => after === undefined || name > after);
  const page = rest.slice(0, Math.min(Limit, PAGE_MAX));
  const more = rest.length > page.length;
  return {
    StreamNames: page.map(({ name }) => name),
    HasMoreStreams: more,
    NextToken: more ? sealToken(kinesis, KIND, page.at(-1)?.name) : undefined,
    StreamSummaries: page.map((stream) => streamSummary(stream, call.region)),
  };
});
