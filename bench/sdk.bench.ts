/** PutRecords by AWS's own SDK, in this process: what it reaches against Millrace and against a server that stores nothing. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { CreateStreamCommand, KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { WholePipeline } from "./whole.ts";

const SECONDS = Number(process.argv[2] ?? 5);
const RECORDS = 500;
const RECORD_BYTES = 200;
const StreamName = "bare";
const IN_FLIGHT = [10, 40];

const Data = new Uint8Array(RECORD_BYTES).fill(120);
const Records = Array.from({ length: RECORDS }, (_, i) => ({
  Data,
  PartitionKey: `customer-${i % 97}`,
}));

interface Reached {
  readonly perSecond: number;
  /** Part of the time in which the SDK's loop had something to do. */
  readonly busy: number;
  /** The SDK's processor per record, µs. */
  readonly micros: number;
}

await using pipeline = await WholePipeline.start(join(import.meta.dirname, "pipeline"), [
  "--aws-anonymous",
]);
const control = spawn(process.execPath, [join(import.meta.dirname, "sdk-control.ts")], {
  stdio: ["ignore", "pipe", "inherit"],
});
const [said] = (await once(control.stdout, "data")) as [Buffer];
const [http2Port, httpPort] = JSON.parse(said.toString()) as [number, number];
try {
  const creator = openClient(pipeline.url, {});
  await creator.send(new CreateStreamCommand({ StreamName, ShardCount: 4 }));
  creator.destroy();
  await compare("HTTP/2, as the SDK comes", http2Port, () => ({}));
  await compare("HTTP/1.1", httpPort, () => ({ requestHandler: new NodeHttpHandler() }));
} finally {
  control.kill();
}

async function compare(name: string, port: number, how: () => object): Promise<void> {
  const ours = openClient(pipeline.url, how());
  const nothing = openClient(`http://127.0.0.1:${port}`, how());
  await measure(ours, 10, 1); // What is compiled first is not counted.
  for (const inFlight of IN_FLIGHT) {
    const server = pipeline.cpuMs();
    const got = await measure(ours, inFlight, SECONDS);
    const serverMicros = ((pipeline.cpuMs() - server) * 1000) / (got.perSecond * SECONDS);
    const most = await measure(nothing, inFlight, SECONDS);
    const part = Math.round((got.perSecond / most.perSecond) * 100);
    console.log(
      `${name}, ${inFlight} in flight: ${toText(got)}; Millrace ${serverMicros.toFixed(1)} µs a record`,
    );
    console.log(`  to a server that stores nothing: ${toText(most)}; ours is ${part} % of it`);
  }
  ours.destroy();
  nothing.destroy();
}

function openClient(endpoint: string, how: object): KinesisClient {
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  return new KinesisClient({ endpoint, region: "us-east-1", credentials, ...how });
}

/** The next call is sent when one is answered. */
async function measure(client: KinesisClient, inFlight: number, seconds: number): Promise<Reached> {
  let calls = 0;
  const loop = performance.eventLoopUtilization();
  const processor = process.cpuUsage();
  const began = performance.now();
  const drive = async (): Promise<void> => {
    while (performance.now() < began + seconds * 1000) {
      const { FailedRecordCount } = await client.send(
        new PutRecordsCommand({ StreamName, Records }),
      );
      if (FailedRecordCount !== 0) {
        throw new TypeError(`${FailedRecordCount} records were refused`);
      }
      calls += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, drive));
  const { user, system } = process.cpuUsage(processor);
  return {
    perSecond: Math.round((calls * RECORDS * 1000) / (performance.now() - began)),
    busy: performance.eventLoopUtilization(loop).utilization,
    micros: (user + system) / (calls * RECORDS),
  };
}

function toText({ perSecond, busy, micros }: Reached): string {
  const loop = `loop ${Math.round(busy * 100)} % busy, ${micros.toFixed(1)} µs a record`;
  return `${perSecond.toLocaleString("en")} records/s (${loop})`;
}
