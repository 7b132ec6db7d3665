/** The refusals of Firehose that are no matter of a shape. */

import { WireFault } from "../../../../wire/wire-fault.ts";

export function invalid(message: string): WireFault {
  return new WireFault("InvalidArgumentException", message);
}

export function inUse(message: string): WireFault {
  return new WireFault("ResourceInUseException", message);
}

export function notFound(name: string, account: string): WireFault {
  return new WireFault(
    "ResourceNotFoundException",
    `Firehose ${name} under account ${account} not found.`,
  );
}
