/** Bento as a producer and as a consumer of a stream: configurations as its users write them. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PEER_PATHS } from "../../catalogue.ts";
import { PEER_KEYS } from "../../processes.ts";
import { type Program, startProgram } from "./program.ts";

export interface Places {
  readonly folder: string;
  readonly kinesis: string;
  readonly dynamodb: string;
}

export interface Production {
  readonly stream: string;
  readonly records: number;
  readonly perSecond: number;
}

/** Of one shard. In this version a batch that does not fill up waits for ever, whatever period it is given. */
export const BENTO_BATCH = 500;

const REGION = PEER_KEYS.AWS_REGION;

/** `record-0` and so on, a tenth of a second's worth at a time; ends when all are stored. */
export function startBentoProducer(places: Places, given: Production): Program {
  const { stream, records, perSecond } = given;
  return startBento(places, "produce", {
    input: {
      generate: {
        count: records,
        interval: "100ms",
        batch_size: perSecond / 10,
        mapping: 'root = "record-%v".format(counter() - 1)',
      },
    },
    output: { aws_kinesis: { stream, region: REGION, partition_key: "${! content() }" } },
  });
}

/** Writes `SHARD RECORD` lines to the file of its name, and then checkpoints. */
export function startBentoConsumer(places: Places, stream: string, name: string): Program {
  return startBento(places, name, {
    input: {
      aws_kinesis: {
        streams: [stream],
        region: REGION,
        dynamodb: { table: "movers", create: true },
        commit_period: "500ms",
        lease_period: "2s",
        rebalance_period: "500ms",
        batching: { count: BENTO_BATCH },
      },
    },
    pipeline: {
      processors: [{ mapping: 'root = "%v %v".format(@kinesis_shard, content().string())' }],
    },
    output: { file: { path: join(places.folder, name), codec: "lines" } },
  });
}

function startBento(places: Places, name: string, config: object): Program {
  // What JSON is, YAML is too.
  const path = join(places.folder, `${name}.yaml`);
  writeFileSync(path, JSON.stringify({ http: { enabled: false }, ...config }));
  return startProgram(PEER_PATHS.bento, ["-c", path], {
    AWS_ENDPOINT_URL_KINESIS: places.kinesis,
    AWS_ENDPOINT_URL_DYNAMODB: places.dynamodb,
  });
}
