/** PutRecords: up to 500 records, each with an answer of its own; on disk when answered. */

import { refuseDryRun } from "../dry-run.ts";
import { nameOf, type StreamRef } from "../names.ts";
import type { Call, OperationAnswer } from "../../../../wire/service.ts";
import { specialOperation, type Kinesis } from "../operation.ts";
import { checkKeys } from "../records/check-keys.ts";
import {
  openNumbers,
  putEntries,
  putKeyed,
  REQUEST_BYTES_MAX,
  type RawEntry,
} from "../records/put.ts";
import { scanPut } from "../records/scan-put.ts";
import { encryptionOf, lettersHeader } from "../records/record-view.ts";

interface Input extends StreamRef {
  readonly Records: readonly RawEntry[];
  readonly DryRun?: boolean;
}

export const putRecords = specialOperation<Input>("PutRecords", general, byBytes);

async function general(kinesis: Kinesis, input: Input, call: Call): Promise<OperationAnswer> {
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
}

function pathOf(index: number): string {
  return `records.${index + 1}.member.`;
}

/** The same for a body that is plainly good, without an object per record. */
function byBytes(kinesis: Kinesis, body: Buffer, call: Call): Promise<OperationAnswer> | undefined {
  const scanned = kinesis.throttle === undefined ? scanPut(body) : undefined;
  const stream = scanned === undefined ? undefined : kinesis.catalog.peek(scanned.name);
  if (scanned === undefined || stream === undefined || stream.facts.spread === "AUTO") {
    return undefined;
  }
  if (!call.allows("ingest") && !call.allows("ingest", scanned.name)) {
    return undefined;
  }
  const { records, largest, total } = scanned;
  if (largest > stream.facts.recordKiBMax * 1024 || total > REQUEST_BYTES_MAX) {
    return undefined;
  }
  return putKeyed(stream, records, call).then((answer) => {
    const numbers = openNumbers(stream, records, answer);
    const results: string[] = [];
    for (let i = 0; i < records.count; i += 1) {
      const { shardId, number } = numbers(i);
      results.push(`{"SequenceNumber":"${number}","ShardId":"${shardId}"}`);
    }
    const encryption = encryptionOf(stream);
    const tail = encryption === undefined ? "" : `,"EncryptionType":"${encryption}"`;
    return {
      json: `{"FailedRecordCount":0,"Records":[${results.join(",")}]${tail}}`,
      headers: lettersHeader(records.count - answer.accepted),
    };
  });
}
