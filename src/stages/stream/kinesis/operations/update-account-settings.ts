/** UpdateAccountSettings: accepted as far as it changes nothing. */

import { invalidArgument } from "../faults.ts";
import { operation } from "../operation.ts";

interface Input {
  readonly MinimumThroughputBillingCommitment: { readonly Status: string };
}

export const updateAccountSettings = operation<Input>(
  "UpdateAccountSettings",
  (_kinesis, { MinimumThroughputBillingCommitment: { Status } }) => {
    if (Status !== "DISABLED") {
      throw invalidArgument("There is no billing here that a commitment could be made for.");
    }
    return { MinimumThroughputBillingCommitment: { Status } };
  },
);
