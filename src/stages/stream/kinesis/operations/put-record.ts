/** PutRecord: one record, on disk when answered. */

import { refuseDryRun } from "../dry-run.ts";
import { WireFault } from "../../../../wire/wire-fault.ts";
import { ACCOUNT, invalidArgument } from "../faults.ts";
import { nameOf, type StreamRef } from "../names.ts";
import { specialOperation } from "../operation.ts";
import { checkKeys } from "../records/check-keys.ts";
import { putEntries, type RawEntry } from "../records/put.ts";
import { fromSequenceNumber } from "../records/sequence-number.ts";
import { encryptionOf, lettersHeader } from "../records/record-view.ts";

interface Input extends StreamRef, RawEntry {
  readonly SequenceNumberForOrdering?: string;
  readonly DryRun?: boolean;
}

export const putRecord = specialOperation<Input>("PutRecord", async (kinesis, input, call) => {
  refuseDryRun(input);
  const name = nameOf(input);
  checkKeys(kinesis.catalog.peek(name), [input], () => "");
  const stream = kinesis.catalog.find(name);
  const ordering = input.SequenceNumberForOrdering;
  if (ordering !== undefined && fromSequenceNumber(ordering) === undefined) {
    throw invalidArgument(
      `ExclusiveMinimumSequenceNumber ${ordering} used in PutRecord on stream ${name} under account ${ACCOUNT} is invalid.`,
    );
  }
  const { stored, letters } = await putEntries({ kinesis, stream, call }, [input], () => "");
  const [one] = stored;
  if (one?.kind !== "stored") {
    throw new WireFault("ProvisionedThroughputExceededException", one?.message ?? "");
  }
  return {
    output: {
      ShardId: one.shardId,
      SequenceNumber: one.number,
      EncryptionType: encryptionOf(stream),
    },
    headers: lettersHeader(letters),
  };
});
