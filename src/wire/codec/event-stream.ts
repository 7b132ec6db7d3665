/** Frames of `application/vnd.amazon.eventstream`: an event with its headers, its payload and two checksums. */

import { crc32 } from "node:zlib";
import type { Format } from "../answer-call.ts";
import { readModel } from "../shapes/read-model.ts";
import type { WireEvent } from "../service.ts";
import { WireFault } from "../wire-fault.ts";

const ERROR = readModel("Text = string\nError = { message:Text }").structure("Error");
const STRING_TYPE = 7;

export function toEventFrame({ type, output, shape }: WireEvent, format: Format): Buffer {
  const headers = { ":event-type": type, ":content-type": format.type, ":message-type": "event" };
  return toFrame(headers, format.encode(output, shape));
}

/** What ends a stream that has begun already: the error travels as its last frame. */
export function toFaultFrame(thrown: unknown, format: Format): Buffer {
  const fault =
    thrown instanceof WireFault
      ? thrown
      : new WireFault("InternalFailureException", "Internal Service Failure.");
  const headers = {
    ":exception-type": fault.type,
    ":content-type": format.type,
    ":message-type": "exception",
  };
  return toFrame(headers, format.encode({ message: fault.message }, ERROR));
}

/** Total length, length of the headers, crc of both; headers; payload; crc of everything before it. */
function toFrame(headers: Readonly<Record<string, string>>, payload: Buffer | string): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(([name, text]) => toHeader(name, text)));
  const body = typeof payload === "string" ? Buffer.from(payload) : payload;
  const frame = Buffer.alloc(12 + head.length + body.length + 4);
  frame.writeUInt32BE(frame.length, 0);
  frame.writeUInt32BE(head.length, 4);
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8);
  head.copy(frame, 12);
  body.copy(frame, 12 + head.length);
  frame.writeUInt32BE(crc32(frame.subarray(0, frame.length - 4)), frame.length - 4);
  return frame;
}

function toHeader(name: string, text: string): Buffer {
  const value = Buffer.from(text);
  const header = Buffer.alloc(4 + Buffer.byteLength(name) + value.length);
  header[0] = Buffer.byteLength(name);
  header.write(name, 1);
  header[1 + Buffer.byteLength(name)] = STRING_TYPE;
  header.writeUInt16BE(value.length, 2 + Buffer.byteLength(name));
  value.copy(header, 4 + Buffer.byteLength(name));
  return header;
}
