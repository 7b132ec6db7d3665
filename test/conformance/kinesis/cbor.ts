/** Makes an SDK that knows JSON alone speak CBOR, as AWS's Java SDK does: by another CBOR than the one under test. */

import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { decode, encode, Tagged } from "cborg";

const TYPE = "application/x-amz-cbor-1.1";
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
    if (response.headers["content-type"] !== TYPE) {
      return answered;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of response.body) {
      chunks.push(chunk);
    }
    const bytes = Buffer.concat(chunks);
    const preserved = { tags: Tagged.preserve(EPOCH_TAG) };
    const json = bytes.length === 0 ? "" : JSON.stringify(turn(decode(bytes, preserved), toText));
    return { response: Object.assign(answered.response, { body: Buffer.from(json) }) };
  }
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
