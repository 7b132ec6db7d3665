/** DescribeAccountSettings: there is no billing here, so no commitment. */

import { operation } from "../operation.ts";

export const describeAccountSettings = operation<object>("DescribeAccountSettings", () => ({
  MinimumThroughputBillingCommitment: { Status: "DISABLED" },
}));
