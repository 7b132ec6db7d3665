/** A stream as Kinesis shows it. */

import type { LiveStream } from "../catalog/live-stream.ts";
import { toStreamArn } from "../names.ts";

/** What every description begins with. */
export function streamHead(stream: LiveStream, region: string): object {
  const { facts, name, status, retentionHours } = stream;
  return {
    StreamName: name,
    StreamARN: toStreamArn(name, region),
    StreamStatus: status,
    StreamModeDetails: { StreamMode: facts.mode },
    RetentionPeriodHours: retentionHours,
    StreamCreationTimestamp: createdAt(stream),
    EnhancedMonitoring: [{ ShardLevelMetrics: facts.metrics }],
    EncryptionType: facts.keyId === undefined ? "NONE" : "KMS",
    KeyId: facts.keyId,
  };
}

export function streamSummary(stream: LiveStream, region: string): object {
  const { facts, name, status } = stream;
  return {
    StreamName: name,
    StreamARN: toStreamArn(name, region),
    StreamStatus: status,
    StreamModeDetails: { StreamMode: facts.mode },
    StreamCreationTimestamp: createdAt(stream),
  };
}

/** Records from before this are past retention. */
export function horizonOf(stream: LiveStream, now: number): number {
  return now - stream.retentionHours * 3_600_000;
}

/** In whole seconds, as AWS tells it. */
function createdAt({ facts }: LiveStream): number {
  return Math.floor(facts.createdAt / 1000) * 1000;
}
