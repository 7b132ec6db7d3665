/** ListStreams: names in order, a page at a time. */

import { invalidArgument } from "../faults.ts";
import { streamSummary } from "../describe/stream-view.ts";
import { operation } from "../operation.ts";

interface Input {
  readonly Limit?: number;
  readonly ExclusiveStartStreamName?: string;
  readonly NextToken?: string;
}

const PAGE_MAX = 100;

export const listStreams = operation<Input>("ListStreams", ({ catalog }, input, call) => {
  const { Limit = PAGE_MAX, ExclusiveStartStreamName, NextToken } = input;
  if (ExclusiveStartStreamName !== undefined && NextToken !== undefined) {
    throw invalidArgument("ExclusiveStartStreamName and NextToken cannot be provided together.");
  }
  const after = ExclusiveStartStreamName ?? fromToken(NextToken);
  const rest = catalog.all().filter(({ name }) => after === undefined || name > after);
  const page = rest.slice(0, Math.min(Limit, PAGE_MAX));
  const more = rest.length > page.length;
  return {
    StreamNames: page.map(({ name }) => name),
    HasMoreStreams: more,
    NextToken: more ? Buffer.from(page.at(-1)?.name ?? "").toString("base64url") : undefined,
    StreamSummaries: page.map((stream) => streamSummary(stream, call.region)),
  };
});

function fromToken(token: string | undefined): string | undefined {
  return token === undefined ? undefined : Buffer.from(token, "base64url").toString();
}
