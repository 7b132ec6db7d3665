/** UpdateStreamMode: provisioned or on demand; here only what may be asked of the stream changes. */

import { fromArn } from "../names.ts";
import { operation } from "../operation.ts";

interface Input {
  readonly StreamARN: string;
  readonly StreamModeDetails: { readonly StreamMode: "PROVISIONED" | "ON_DEMAND" };
  readonly WarmThroughputMiBps?: number;
}

export const updateStreamMode = operation<Input>("UpdateStreamMode", ({ catalog }, input) => {
  const stream = catalog.find(fromArn(input.StreamARN));
  stream.checkActive();
  const { warmMiBps } = stream.facts;
  catalog.save(stream, {
    mode: input.StreamModeDetails.StreamMode,
    warmMiBps: input.WarmThroughputMiBps ?? warmMiBps,
  });
  return undefined;
});
