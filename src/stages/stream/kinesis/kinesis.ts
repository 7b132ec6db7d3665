/** Kinesis Data Streams as a service of the wire: its operations over the streams there are. */

import type { Operation, WireService } from "../../../wire/service.ts";
import { describeLimits } from "./operations/describe-limits.ts";
import type { Kinesis } from "./operation.ts";

const OPERATIONS: Readonly<Record<string, (kinesis: Kinesis) => Operation>> = {
  DescribeLimits: describeLimits,
};

export function openKinesis(kinesis: Kinesis): WireService {
  return {
    targetPrefix: "Kinesis_20131202",
    signingName: "kinesis",
    operations: new Map(
      Object.entries(OPERATIONS).map(([name, make]) => [name, make(kinesis)] as const),
    ),
  };
}
