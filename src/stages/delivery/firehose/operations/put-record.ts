/** PutRecord: one record, on disk before the answer. */

import type { Operation } from "../../../../wire/service.ts";
import { operation, type Firehose, type Named } from "../operation.ts";
import { recordId } from "../record-id.ts";

interface Input extends Named {
  readonly Record: { readonly Data: Buffer };
}

export function putRecord({ streams }: Firehose): Operation {
  return operation("PutRecord", async (input: Input, { caller, requestId }) => {
    const { DeliveryStreamName: name, Record: record } = input;
    await streams.put(name, [record.Data], { caller, requestId });
    return { RecordId: recordId(), Encrypted: streams.isEncrypted(name) };
  });
}
