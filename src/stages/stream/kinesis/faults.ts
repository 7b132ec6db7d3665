/** The errors of Kinesis, with AWS's texts. */

import { WireFault } from "../../../wire/wire-fault.ts";

/** The account that all resources here belong to. */
export const ACCOUNT = "000000000000";

export function invalidArgument(message: string): WireFault {
  return new WireFault("InvalidArgumentException", message);
}

export function inUse(message: string): WireFault {
  return new WireFault("ResourceInUseException", message);
}

export function notFound(message: string): WireFault {
  return new WireFault("ResourceNotFoundException", message);
}

export function limitExceeded(message: string): WireFault {
  return new WireFault("LimitExceededException", message);
}

export function streamNotFound(name: string): WireFault {
  return notFound(`Stream ${name} under account ${ACCOUNT} not found.`);
}

export function shardMissing(shardId: string, stream: string): WireFault {
  return notFound(`Could not find shard ${shardId} in stream ${stream} under account ${ACCOUNT}.`);
}

export function rateExceeded(shardId: string, stream: string): WireFault {
  return new WireFault(
    "ProvisionedThroughputExceededException",
    `Rate exceeded for shard ${shardId} in stream ${stream} under account ${ACCOUNT}.`,
  );
}
