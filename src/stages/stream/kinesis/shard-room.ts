/** Whether there may be more shards, and whether shards of a stream are its owner's business. Pure. */

import { REGION_DEFAULT } from "../../../wire/auth/authority.ts";
import { validation } from "../../../wire/wire-fault.ts";
import type { LiveStream } from "./catalog/live-stream.ts";
import { ACCOUNT, limitExceeded } from "./faults.ts";

/** Throws LimitExceededException. */
export function checkShardRoom(open: number, more: number, max: number): void {
  if (open + more > max) {
    throw limitExceeded(
      `This request would exceed the shard limit for the account ${ACCOUNT} in ${REGION_DEFAULT}. Current shard count for the account: ${open}. Limit: ${max}. Number of additional shards that would have resulted from this request: ${more}. Refer to the AWS Service Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request higher limits.`,
    );
  }
}

/** Throws ValidationException. */
export function checkProvisioned({ facts, name }: LiveStream): void {
  if (facts.mode === "ON_DEMAND") {
    throw validation(
      `Request is invalid. Stream ${name} under account ${ACCOUNT} is in On-Demand mode.`,
    );
  }
}
