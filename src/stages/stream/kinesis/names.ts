/** Names of Kinesis' things: ARNs, shard ids. Pure. */

import { ACCOUNT, invalidArgument } from "./faults.ts";

export interface StreamRef {
  readonly StreamName?: string;
  readonly StreamARN?: string;
}

export function toStreamArn(name: string, region: string): string {
  return `arn:aws:kinesis:${region}:${ACCOUNT}:stream/${name}`;
}

/** The stream's name of an ARN of a stream or of one of its consumers. */
export function fromArn(arn: string): string {
  return /:stream\/([^/]+)/.exec(arn)?.[1] ?? "";
}

/** The name that a request refers to. Throws InvalidArgumentException. */
export function nameOf({ StreamName, StreamARN }: StreamRef): string {
  if (StreamARN === undefined) {
    if (StreamName === undefined) {
      throw invalidArgument("Either StreamName or StreamARN must be provided.");
    }
    return StreamName;
  }
  const name = fromArn(StreamARN);
  if (StreamName !== undefined && StreamName !== name) {
    throw invalidArgument(`StreamName ${StreamName} and StreamARN ${StreamARN} are not the same.`);
  }
  return name;
}

export function toConsumerArn(
  stream: string,
  consumer: { readonly name: string; readonly createdAt: number },
  region: string,
): string {
  const seconds = Math.floor(consumer.createdAt / 1000);
  return `${toStreamArn(stream, region)}/consumer/${consumer.name}:${seconds}`;
}

/** The consumer's name and second of creation; undefined for other ARNs. */
export function fromConsumerArn(
  arn: string,
): { readonly name: string; readonly seconds: number } | undefined {
  const match = /:stream\/[^/]+\/consumer\/([^:]+):(\d+)$/.exec(arn);
  return match === null ? undefined : { name: match[1] ?? "", seconds: Number(match[2]) };
}

export function toShardId(shard: number): string {
  return `shardId-${String(shard).padStart(12, "0")}`;
}

/** The shard's number; any prefix and any number of zeros are taken, as AWS takes them. */
export function fromShardId(id: string): number | undefined {
  const digits = id.includes("-") ? id.slice(id.indexOf("-") + 1) : id;
  return /^\d{1,12}$/.test(digits) ? Number(digits) : undefined;
}
