/** Makes an SDK that knows JSON alone speak CBOR, as AWS's Java SDK does: by another CBOR than the one under test. */

import { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { decode, encode, Tagged } from "cborg";
import { assert } from "../../../src/base/assert.ts";

const TYPE = "application/x-amz-cbor-1.1";
const EVENTS_TYPE = "application/vnd.amazon.eventstream";
const BLOBS = new Set(["Data"]);
const INSTANT = /^(?:Timestamp|ApproximateArrivalTimestamp|\w+CreationTimestamp)$/;
/** AWS has integer milliseconds behind the tag of seconds. */
const EPOCH_TAG = 1;

/** What the SDK's handlers do, as far as it is needed here. */
interface Answered {
  readonly response: { headers: Record<string, string>; body: AsyncIterable<Buffer> };
}

/** Its calls are turned before they are signed, so that what is signed is what travels. */
export function speakCbor(client: KinesisClient): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { headers: Record<string, string>; body: Uint8Array };
      const body = encode(turn(JSON.parse(new TextDecoder().decode(request.body)), toBinary));
      Object.assign(request, { body });
      request.headers["content-type"] = TYPE;
      return next(args);
    },
    { step: "build", priority: "high", name: "speakCbor" },
  );
}

/** Turns answers back; over HTTP/1.1. */
export class CborHandler extends NodeHttpHandler {
  override async handle(
    ...given: Parameters<NodeHttpHandler["handle"]>
  ): ReturnType<NodeHttpHandler["handle"]> {
    const answered = await super.handle(...given);
    const { response } = answered as unknown as Answered;
    const type = response.headers["content-type"];
    if (type === EVENTS_TYPE) {
      const body = Readable.from(turnFrames(response.body));
      return { response: Object.assign(answered.response, { body }) };
    }
    if (type !== TYPE) {
      return answered;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of response.body) {
      chunks.push(chunk);
    }
    const bytes = Buffer.concat(chunks);
    const body = bytes.length === 0 ? bytes : toJson(bytes);
    return { response: Object.assign(answered.response, { body }) };
  }
}

function toJson(cbor: Buffer): Buffer {
  const preserved = { tags: Tagged.preserve(EPOCH_TAG) };
  return Buffer.from(JSON.stringify(turn(decode(cbor, preserved), toText)));
}

/** Length of a frame and of its headers, and the checksum of both, before the headers. */
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;

/** Each frame of an event stream as soon as it is whole, with a payload that is JSON. */
async function* turnFrames(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of body) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= PRELUDE_BYTES && rest.length >= rest.readUInt32BE(0)) {
      const frame = rest.subarray(0, rest.readUInt32BE(0));
      rest = rest.subarray(frame.length);
      yield turnFrame(frame);
    }
  }
  assert(rest.length === 0, "an event stream ends with a whole frame");
}

function turnFrame(frame: Buffer): Buffer {
  const end = frame.length - CHECKSUM_BYTES;
  assert(frame.readUInt32BE(end) === crc32(frame.subarray(0, end)), "a frame's checksum is right");
  const start = PRELUDE_BYTES + frame.readUInt32BE(4);
  const headers = frame.subarray(PRELUDE_BYTES, start);
  assert(headers.includes(TYPE), "an event says that it is CBOR");
  const json = toJson(frame.subarray(start, end));
  const turned = Buffer.concat([frame.subarray(0, start), json, Buffer.alloc(CHECKSUM_BYTES)]);
  turned.writeUInt32BE(turned.length, 0);
  turned.writeUInt32BE(crc32(turned.subarray(0, 8)), 8);
  const behind = turned.length - CHECKSUM_BYTES;
  turned.writeUInt32BE(crc32(turned.subarray(0, behind)), behind);
  return turned;
}

type Turn = (name: string, value: unknown) => unknown;

/** Every member of a document, however deep. */
function turn(value: unknown, by: Turn): unknown {
  if (Array.isArray(value)) {
    return value.map((each) => turn(each, by));
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, by(name, inner) ?? turn(inner, by)]),
  );
}

function toBinary(name: string, value: unknown): unknown {
  if (BLOBS.has(name) && typeof value === "string") {
    return new Uint8Array(Buffer.from(value, "base64"));
  }
  return INSTANT.test(name) && typeof value === "number"
    ? new Tagged(EPOCH_TAG, Math.round(value * 1000))
    : undefined;
}

function toText(_name: string, value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return Buffer.from(value).toString("base64");
  }
  return value instanceof Tagged ? Number(value.value) / 1000 : undefined;
}
