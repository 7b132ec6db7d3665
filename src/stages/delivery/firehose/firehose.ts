/** Amazon Data Firehose as a service of the wire: its operations over the delivery streams there are. */

import type { Deed, Operation, WireService } from "../../../wire/service.ts";
import type { Firehose, Named } from "./operation.ts";
import { createDeliveryStream } from "./operations/create-delivery-stream.ts";
import { deleteDeliveryStream } from "./operations/delete-delivery-stream.ts";
import { describeDeliveryStream } from "./operations/describe-delivery-stream.ts";
import { listDeliveryStreams } from "./operations/list-delivery-streams.ts";
import { listTagsForDeliveryStream } from "./operations/list-tags-for-delivery-stream.ts";
import { putRecordBatch } from "./operations/put-record-batch.ts";
import { putRecord } from "./operations/put-record.ts";
import { startDeliveryStreamEncryption } from "./operations/start-delivery-stream-encryption.ts";
import { stopDeliveryStreamEncryption } from "./operations/stop-delivery-stream-encryption.ts";
import { tagDeliveryStream } from "./operations/tag-delivery-stream.ts";
import { untagDeliveryStream } from "./operations/untag-delivery-stream.ts";
import { updateDestination } from "./operations/update-destination.ts";

export const OPERATIONS: Readonly<Record<string, (firehose: Firehose) => Operation>> = {
  CreateDeliveryStream: createDeliveryStream,
  DeleteDeliveryStream: deleteDeliveryStream,
  DescribeDeliveryStream: describeDeliveryStream,
  ListDeliveryStreams: listDeliveryStreams,
  ListTagsForDeliveryStream: listTagsForDeliveryStream,
  PutRecord: putRecord,
  PutRecordBatch: putRecordBatch,
  StartDeliveryStreamEncryption: startDeliveryStreamEncryption,
  StopDeliveryStreamEncryption: stopDeliveryStreamEncryption,
  TagDeliveryStream: tagDeliveryStream,
  UntagDeliveryStream: untagDeliveryStream,
  UpdateDestination: updateDestination,
};

/** What a caller must be allowed; whatever is not known to be less is for administrators. */
const DEEDS: ReadonlyMap<string, Deed> = new Map([
  ["PutRecord", "ingest"],
  ["PutRecordBatch", "ingest"],
  ["DescribeDeliveryStream", "read"],
  ["ListDeliveryStreams", "read"],
  ["ListTagsForDeliveryStream", "read"],
]);

export function openFirehose(firehose: Firehose): WireService {
  return {
    targetPrefix: "Firehose_20150804",
    signingName: "firehose",
    deedOf: (name) => DEEDS.get(name) ?? "admin",
    streamOf: ({ DeliveryStreamName }: Partial<Named>) => DeliveryStreamName,
    operations: new Map(
      Object.entries(OPERATIONS).map(([name, make]) => [name, make(firehose)] as const),
    ),
  };
}
