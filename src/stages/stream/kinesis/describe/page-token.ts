/** Tokens of the next page, good for five minutes. */

import { WireFault } from "../../../../wire/wire-fault.ts";
import { invalidArgument } from "../faults.ts";
import type { Kinesis } from "../operation.ts";
import { sealText, unsealText } from "../records/seal.ts";

const TOKEN_MS_MAX = 300_000;

/** `kind` is the operation's: the token of one is of no use to another. */
export function sealToken(
  { catalog, clock, random }: Kinesis,
  kind: string,
  page: unknown,
): string {
  const text = JSON.stringify({ kind, at: clock.now(), page });
  return sealText(text, { secret: catalog.secret, random });
}

/** What was sealed under the same kind. Throws InvalidArgumentException, ExpiredNextTokenException. */
export function openToken({ catalog, clock }: Kinesis, kind: string, token: string): unknown {
  const text = unsealText(token, catalog.secret);
  const found = text === undefined ? undefined : (JSON.parse(text) as Sealed); // Sealed by us.
  if (found === undefined || found.kind !== kind) {
    throw invalidArgument("Invalid NextToken.");
  }
  if (clock.now() - found.at > TOKEN_MS_MAX) {
    throw new WireFault("ExpiredNextTokenException", "The NextToken has expired.");
  }
  return found.page;
}

interface Sealed {
  readonly kind: string;
  readonly at: number;
  readonly page: unknown;
}
