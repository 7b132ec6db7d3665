/** ListDeliveryStreams: names in order, a page at a time. */

import type { Operation } from "../../../../wire/service.ts";
import { operation, type Firehose } from "../operation.ts";

interface Input {
  readonly Limit?: number;
  readonly DeliveryStreamType?: string;
  readonly ExclusiveStartDeliveryStreamName?: string;
}

const LIMIT_DEFAULT = 10;

export function listDeliveryStreams({ streams }: Firehose): Operation {
  return operation("ListDeliveryStreams", (input: Input) => {
    const { Limit = LIMIT_DEFAULT, DeliveryStreamType: type } = input;
    const after = input.ExclusiveStartDeliveryStreamName ?? "";
    const names = streams.names().filter((name) => name > after && isOfType(name));
    return {
      DeliveryStreamNames: names.slice(0, Limit),
      HasMoreDeliveryStreams: names.length > Limit,
    };

    function isOfType(name: string): boolean {
      if (type === undefined) {
        return true;
      }
      const found = streams.find(name);
      const reads = found.kind === "made" && found.entry.source !== undefined;
      return type === (reads ? "KinesisStreamAsSource" : "DirectPut");
    }
  });
}
