/** The member `DryRun` of newer requests: what asks for no effect must have none. */

import { invalidArgument } from "./faults.ts";

/** Throws InvalidArgumentException. */
export function refuseDryRun({ DryRun }: { readonly DryRun?: boolean }): void {
  if (DryRun === true) {
    throw invalidArgument("DryRun is not offered here.");
  }
}
