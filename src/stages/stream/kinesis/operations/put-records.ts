/** PutRecords: up to 500 records, each with an answer of its own; on disk when answered. */

import { refuseDryRun } from "../dry-run.ts";
import { nameOf, type StreamRef } from "../names.ts";
import { specialOperation } from "../operation.ts";
import { checkKeys } from "../records/check-keys.ts";
import { putEntries, type RawEntry } from "../records/put.ts";
import { encryptionOf, lettersHeader } from "../records/record-view.ts";

interface Input extends StreamRef {
  readonly Records: readonly RawEntry[];
  readonly DryRun?: boolean;
}

export const putRecords = specialOperation<Input>("PutRecords", async (kinesis, input, call) => {
  refuseDryRun(input);
  const name = nameOf(input);
  checkKeys(kinesis.catalog.peek(name), input.Records, pathOf);
  const stream = kinesis.catalog.find(name);
  const { stored, letters } = await putEntries({ kinesis, stream, call }, input.Records, pathOf);
  return {
    output: {
      FailedRecordCount: stored.filter(({ kind }) => kind === "throttled").length,
      Records: stored.map((one) =>
        one.kind === "stored"
          ? { SequenceNumber: one.number, ShardId: one.shardId }
          : {
              ErrorCode: "ProvisionedThroughputExceededException",
              ErrorMessage: one.message,
            },
      ),
      EncryptionType: encryptionOf(stream),
    },
    headers: lettersHeader(letters),
  };
});

function pathOf(index: number): string {
  return `records.${index + 1}.member.`;
}
