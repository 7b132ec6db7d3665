/** The check as the Lambda behind API Gateway: the very check, good records to Kinesis, bad ones to the error bucket. */

import { randomUUID } from "node:crypto";
import { toInstant } from "../../../base/clock.ts";
import { Fault, toFault } from "../../../base/faults.ts";
import type { StreamPlan } from "../../../plan/plan.ts";
import { deriveText } from "../../../plan/derive.ts";
import type { Rejection, Verdict } from "../../../seams/check.ts";
import type { Answer } from "../../../seams/ingest.ts";
import { openChecker } from "../../../stages/check/index.ts";
import {
  isBlank,
  isSingle,
  letterId,
  sniff,
  toFormat,
  toLetters,
  toReply,
} from "../../../stages/gateway/answering.ts";
import { type ProxyAnswer, type ProxyRequest, toAnswer, toRequest } from "./proxy-event.ts";
import { type PutOne, putAll, type Records } from "./put-records.ts";
import { shardOf } from "./shard-id.ts";

export interface CheckMeans {
  readonly stream: StreamPlan;
  readonly records: Records;
  readonly errors: {
    /** Stores a document under a key nobody else has. */
    put(key: string, body: Buffer): Promise<void>;
  };
  readonly now: () => number;
  /** Counts what was set aside, where the alarms look. */
  readonly count: (stream: string, deadLetters: number) => void;
}

const MINIMAL = /(?:^|[,;\s])return\s*=\s*"?minimal"?(?:$|[,;\s])/i;

export function openCheck(means: CheckMeans): (event: unknown) => Promise<ProxyAnswer> {
  const checker = openChecker(means.stream);
  return async (event) => {
    let requestId = "unknown";
    try {
      const request = toRequest(event);
      ({ requestId } = request);
      if (request.method !== "POST") {
        const { method, path } = request;
        throw new Fault("METHOD_NOT_ALLOWED", { method, path, allow: "POST" });
      }
      const bytes = request.body();
      if (isBlank(bytes)) {
        throw new Fault("BODY_EMPTY");
      }
      const format = toFormat(request.contentType) ?? sniff(bytes);
      const verdict = checker.check(bytes, format);
      if (verdict.count === 0) {
        throw new Fault("BODY_EMPTY");
      }
      const answer = await settle(verdict, request, {
        means,
        schemaVersion: checker.schemaVersion,
      });
      const single = format === "json" && isSingle(bytes);
      const minimal = MINIMAL.test(request.prefer ?? "");
      const { status, body } = toReply(answer, { stream: means.stream.name, single, minimal });
      return toAnswer(status, body, requestId);
    } catch (thrown) {
      const fault = toFault(thrown, "INTERNAL");
      return toAnswer(fault.row.status, JSON.stringify(fault.toBody()), requestId);
    }
  };
}

interface Desk {
  readonly means: CheckMeans;
  readonly schemaVersion: string;
}

/** Bad records are put aside first: once the caller hears of a good one, nothing of its request can be lost. */
async function settle(verdict: Verdict, request: ProxyRequest, desk: Desk): Promise<Answer> {
  const { count, accepted, rejected, members } = verdict;
  const { means } = desk;
  const acceptedAt = toInstant(means.now());
  const puts = toPuts(verdict, means.stream);
  const idPrefix = randomUUID();
  if (rejected.length > 0) {
    await setAside(rejected, request, { ...desk, idPrefix });
    means.count(means.stream.name, rejected.length);
  }
  const places = await putAll(puts, means.records);
  return {
    count,
    accepted: accepted.count,
    duplicates: 0,
    acceptedAt,
    // Kinesis tells places in its own words: they are in the ids.
    receipts: undefined,
    rejected: rejected.map(({ member, reasons }) => ({
      member,
      id: letterId(idPrefix, member),
      reasons,
    })),
    ids: puts.map(({ id }, index) => id ?? assigned(means.stream, places[index])),
    members: members?.slice(0, accepted.count),
  };
}

function toPuts({ accepted }: Verdict, { key, id }: StreamPlan): PutOne[] {
  return Array.from({ length: accepted.count }, (_none, index) => {
    const start = accepted.starts[index] ?? 0;
    const end = accepted.ends[index] ?? start;
    const data = Buffer.from(accepted.bytes.subarray(start, end));
    const event =
      key === undefined && id === undefined
        ? undefined
        : (JSON.parse(data.toString("utf8")) as Record<string, unknown>);
    return {
      data,
      // Without a key records are spread: order among them means nothing.
      key: key === undefined || event === undefined ? randomUUID() : keyOf(deriveText(key, event)),
      id: id === undefined || event === undefined ? undefined : deriveText(id, event),
    };
  });
}

/** Kinesis takes keys of 1 to 256 characters; the check has seen to the upper bound. */
function keyOf(text: string): string {
  return text === "" ? "-" : text;
}

function assigned(
  { name }: StreamPlan,
  place: { shard: string; sequence: string } | undefined,
): string {
  return `${name}.${shardOf(place?.shard)}.${place?.sequence ?? ""}`;
}

/** One document a request: a bad record alone is one JSON document, several are one a line. */
async function setAside(
  rejected: readonly Rejection[],
  request: ProxyRequest,
  { means, schemaVersion, idPrefix }: Desk & { readonly idPrefix: string },
): Promise<void> {
  const at = new Date(means.now()).toISOString();
  const letters = toLetters(rejected, {
    stream: means.stream.name,
    schemaVersion,
    receivedAt: at,
    caller: request.caller,
    requestId: request.requestId,
    idPrefix,
  });
  const folder = `error/${at.slice(0, 4)}/${at.slice(5, 7)}/${at.slice(8, 10)}/${at.slice(11, 13)}`;
  for (const { bytes } of letters) {
    await means.errors.put(`${folder}/${randomUUID()}.json`, bytes);
  }
}
