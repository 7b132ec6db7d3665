/** StopDeliveryStreamEncryption: recorded. */

import type { Operation } from "../../../../wire/service.ts";
import { invalid } from "../config/refuse.ts";
import { operation, type Firehose, type Named } from "../operation.ts";

export function stopDeliveryStreamEncryption({ streams }: Firehose): Operation {
  return operation("StopDeliveryStreamEncryption", async (input: Named) => {
    const entry = streams.findMade(input.DeliveryStreamName);
    if (entry.source !== undefined) {
      throw invalid("Server-side encryption is for delivery streams whose source is DirectPut.");
    }
    await streams.change({ ...entry, encryption: { Status: "DISABLED" } });
    return undefined;
  });
}
