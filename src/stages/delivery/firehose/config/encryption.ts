/** Server-side encryption, recorded and told of: nothing here leaves the machine's own disk. */

import { WireFault } from "../../../../wire/wire-fault.ts";
import type { Encryption } from "../registry/entry.ts";

export interface GivenEncryption {
  readonly KeyARN?: string;
  readonly KeyType: "AWS_OWNED_CMK" | "CUSTOMER_MANAGED_CMK";
}

/** Throws InvalidArgumentException. */
export function toEncryption(given: GivenEncryption | undefined): Encryption {
  if (given === undefined) {
    return { Status: "DISABLED" };
  }
  const { KeyType, KeyARN } = given;
  if ((KeyType === "CUSTOMER_MANAGED_CMK") !== (KeyARN !== undefined)) {
    throw new WireFault(
      "InvalidArgumentException",
      "KeyARN must be given for CUSTOMER_MANAGED_CMK, and only for it.",
    );
  }
  return { Status: "ENABLED", KeyType, ...(KeyARN !== undefined && { KeyARN }) };
}
