/** UpdateMaxRecordSize: how large a record of a stream may be. */

import { invalidArgument } from "../faults.ts";
import { RECORD_KIB_MAX } from "../catalog/facts.ts";
import { nameOf, type StreamRef } from "../names.ts";
import { operation } from "../operation.ts";

interface Input extends StreamRef {
  readonly MaxRecordSizeInKiB: number;
}

export const updateMaxRecordSize = operation<Input>("UpdateMaxRecordSize", ({ catalog }, input) => {
  const stream = catalog.find(nameOf(input));
  const kib = input.MaxRecordSizeInKiB;
  if (stream.source.pipeline !== undefined && kib > RECORD_KIB_MAX) {
    throw invalidArgument(
      `Stream ${stream.name} is defined by the pipeline, whose events have at most ${RECORD_KIB_MAX} KiB.`,
    );
  }
  stream.checkActive();
  catalog.save(stream, { recordKiBMax: kib });
  return undefined;
});
