/** A pipeline with delivery streams, and AWS's own SDK before it. For tests only. */

// oxlint-disable vitest/no-standalone-expect -- called inside of tests

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type CreateDeliveryStreamCommandInput,
  CreateDeliveryStreamCommand,
  DescribeDeliveryStreamCommand,
  type ExtendedS3DestinationConfiguration,
  FirehoseClient,
  PutRecordBatchCommand,
} from "@aws-sdk/client-firehose";
import { expect } from "vitest";
import { RunningPipeline } from "../../journey/running.ts";

export const ROLE = "arn:aws:iam::000000000000:role/firehose";
const BUCKET = "arn:aws:s3:::lake";

/** An S3 destination that delivers at once. */
export function s3(
  more: Partial<ExtendedS3DestinationConfiguration> = {},
): ExtendedS3DestinationConfiguration {
  const hints = { SizeInMBs: 1, IntervalInSeconds: 0 };
  return { RoleARN: ROLE, BucketARN: BUCKET, BufferingHints: hints, ...more };
}

/** What a refused call was told. */
export async function refusal(sent: Promise<unknown>): Promise<string> {
  const thrown: unknown = await sent.then(
    () => undefined,
    (error: unknown) => error,
  );
  const { name, message } = (thrown ?? { name: "accepted", message: "" }) as Error;
  return `${name}: ${message}`;
}

export class Hoses implements AsyncDisposable {
  readonly pipeline = new RunningPipeline("test/conformance/firehose/pipeline");
  #client: FirehoseClient | undefined;

  async start(): Promise<void> {
    await this.pipeline.start("--aws-anonymous");
    this.#client ??= new FirehoseClient({
      endpoint: this.pipeline.url,
      region: "us-east-1",
      credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
      maxAttempts: 1,
    });
  }

  get client(): FirehoseClient {
    return this.#client as FirehoseClient;
  }

  async create(
    name: string,
    more: Partial<ExtendedS3DestinationConfiguration> = {},
    rest: Partial<CreateDeliveryStreamCommandInput> = {},
  ): Promise<void> {
    const of = { DeliveryStreamName: name, ExtendedS3DestinationConfiguration: s3(more) };
    await this.client.send(new CreateDeliveryStreamCommand({ ...of, ...rest }));
  }

  async put(name: string, ...texts: string[]): Promise<void> {
    const Records = texts.map((text) => ({ Data: Buffer.from(text) }));
    const of = { DeliveryStreamName: name, Records };
    const answer = await this.client.send(new PutRecordBatchCommand(of));
    expect(answer.FailedPutCount).toBe(0);
    expect(answer.RequestResponses).toHaveLength(texts.length);
  }

  async tell(name: string): Promise<Readonly<Record<string, unknown>>> {
    const of = { DeliveryStreamName: name };
    const answer = await this.client.send(new DescribeDeliveryStreamCommand(of));
    return answer.DeliveryStreamDescription as never;
  }

  /** Objects of the lake whose names match, once there are any. */
  async objects(pattern: string): Promise<{ name: string; bytes: Buffer }[]> {
    const cwd = join(this.pipeline.data, "lake");
    const names = (): string[] => globSync(pattern, { cwd }).toSorted();
    await expect.poll(names, { timeout: 20_000, interval: 25 }).not.toEqual([]);
    return names().map((name) => ({ name, bytes: readFileSync(join(cwd, name)) }));
  }

  /** The same as one text, once it has this length. */
  async text(pattern: string, length: number): Promise<string> {
    const cwd = join(this.pipeline.data, "lake");
    const read = (): string =>
      globSync(pattern, { cwd })
        .toSorted()
        .map((name) => readFileSync(join(cwd, name), "utf8"))
        .join("");
    await expect.poll(() => read().length, { timeout: 20_000, interval: 25 }).toBe(length);
    return read();
  }

  async post(body: string): Promise<void> {
    const headers = { "content-type": "application/json" };
    const url = `${this.pipeline.url}/v1/streams/people/events`;
    const { status } = await fetch(url, { method: "POST", headers, body });
    expect(status).toBe(202);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client?.destroy();
    await this.pipeline[Symbol.asyncDispose]();
  }
}
