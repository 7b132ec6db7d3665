/** PutRecordBatch: all of its records on disk before the answer, or none of them. */

import { WireFault } from "../../../../wire/wire-fault.ts";
import type { Operation } from "../../../../wire/service.ts";
import { invalid } from "../config/refuse.ts";
import { operation, type Firehose, type Named } from "../operation.ts";
import { recordId } from "../record-id.ts";

interface Input extends Named {
  readonly Records: readonly { readonly Data: Buffer }[];
}

const BATCH_BYTES_MAX = 4_194_304;

export function putRecordBatch({ streams }: Firehose): Operation {
  return operation("PutRecordBatch", async (input: Input, { caller, requestId }) => {
    const { DeliveryStreamName: name } = input;
    const records = input.Records.map(({ Data }) => Data);
    const bytes = records.reduce((sum, { length }) => sum + length, 0);
    if (bytes > BATCH_BYTES_MAX) {
      throw invalid(`Records size exceeds 4 MB limit: ${bytes} bytes`);
    }
    const Encrypted = streams.isEncrypted(name);
    try {
      await streams.put(name, records, { caller, requestId });
    } catch (thrown) {
      if (thrown instanceof WireFault && thrown.status === 503) {
        // Nothing was kept; each entry says so, since SDKs repeat by entries.
        const failed = { ErrorCode: thrown.type, ErrorMessage: thrown.message };
        const RequestResponses = records.map(() => failed);
        return { FailedPutCount: records.length, Encrypted, RequestResponses };
      }
      throw thrown;
    }
    const RequestResponses = records.map(() => ({ RecordId: recordId() }));
    return { FailedPutCount: 0, Encrypted, RequestResponses };
  });
}
