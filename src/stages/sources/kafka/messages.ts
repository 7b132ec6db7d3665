/** A message of Kafka → one line of JSON: the event. Pure. */

import type { KafkaParts } from "../../../define/sources/kafka.ts";
import type { KafkaSourcePlan } from "../../../plan/sources/source-plan.ts";

/** As much of the client's message as an event is made of. */
export interface KafkaMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly timestamp: bigint;
  /** What is empty and what is not there look alike to the client only for keys. */
  readonly key: Buffer | undefined | null;
  readonly value: Buffer | undefined | null;
  readonly headers: ReadonlyMap<Buffer, Buffer>;
}

type Shape = Pick<KafkaSourcePlan, "value" | "parts" | "tombstones">;

/** Undefined for a tombstone that is passed over. A line never is empty: places are counted by lines. */
export function toLine(
  message: KafkaMessage,
  { value: kind, parts, tombstones }: Shape,
): string | undefined {
  const { value } = message;
  if (value === undefined || value === null) {
    const body = tombstones === "skip" ? undefined : partsOf(message, parts);
    return body === undefined ? undefined : `{${body}}`;
  }
  const members = partsOf(message, parts);
  if (kind !== "json") {
    const text = kind === "text" ? value.toString("utf8") : value.toString("base64");
    const own = member(parts.value ?? "value", text);
    return `{${members === "" ? own : `${own},${members}`}}`;
  }
  return withMembers(oneLine(value.toString("utf8")), members);
}

/** JSON may have line feeds between its members; text that is no JSON is set aside by the check anyway. */
function oneLine(text: string): string {
  const trimmed = text.trim();
  if (trimmed === "") {
    return '""';
  }
  return /[\r\n]/.test(trimmed) ? trimmed.replace(/[\r\n]+/g, " ") : trimmed;
}

function withMembers(object: string, members: string): string {
  if (members === "" || !object.startsWith("{") || !object.endsWith("}")) {
    return object;
  }
  const inside = object.slice(1, -1).trim();
  return inside === "" ? `{${members}}` : `{${inside},${members}}`;
}

function partsOf(message: KafkaMessage, parts: KafkaParts): string {
  const { key, headers, topic, partition, offset, timestamp, value } = message;
  const found: readonly (readonly [string | undefined, unknown])[] = [
    [parts.key, key?.toString("utf8") ?? null],
    [parts.headers, parts.headers === undefined ? null : textsOf(headers)],
    [parts.topic, topic],
    [parts.partition, partition],
    [parts.offset, Number(offset)],
    [parts.timestamp, new Date(Number(timestamp)).toISOString()],
    [parts.tombstone, value === undefined || value === null],
  ];
  return found
    .filter((pair): pair is [string, unknown] => pair[0] !== undefined)
    .map(([name, part]) => member(name, part))
    .join(",");
}

function textsOf(headers: KafkaMessage["headers"]): Record<string, string> {
  const texts = [...headers].map(([name, text]) => [String(name), String(text)] as const);
  return Object.fromEntries(texts);
}

function member(name: string, value: unknown): string {
  return `${JSON.stringify(name)}:${JSON.stringify(value)}`;
}
