/** DeleteDeliveryStream: at once, with everything that waits in it. */

import type { Operation } from "../../../../wire/service.ts";
import { operation, type Firehose, type Named } from "../operation.ts";

export function deleteDeliveryStream({ streams }: Firehose): Operation {
  return operation("DeleteDeliveryStream", (input: Named) => {
    streams.delete(input.DeliveryStreamName);
    return undefined;
  });
}
