/** StartDeliveryStreamEncryption: recorded, for delivery streams that records are put into. */

import type { Operation } from "../../../../wire/service.ts";
import { type GivenEncryption, toEncryption } from "../config/encryption.ts";
import { invalid } from "../config/refuse.ts";
import { operation, type Firehose, type Named } from "../operation.ts";

interface Input extends Named {
  readonly DeliveryStreamEncryptionConfigurationInput?: GivenEncryption;
}

const OWNED: GivenEncryption = { KeyType: "AWS_OWNED_CMK" };

export function startDeliveryStreamEncryption({ streams }: Firehose): Operation {
  return operation("StartDeliveryStreamEncryption", async (input: Input) => {
    const entry = streams.findMade(input.DeliveryStreamName);
    if (entry.source !== undefined) {
      throw invalid("Server-side encryption is for delivery streams whose source is DirectPut.");
    }
    const encryption = toEncryption(input.DeliveryStreamEncryptionConfigurationInput ?? OWNED);
    await streams.change({ ...entry, encryption });
    return undefined;
  });
}
