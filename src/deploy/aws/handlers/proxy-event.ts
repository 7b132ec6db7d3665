/** API Gateway's two proxy forms, REST (1.0) and HTTP (2.0), read as one request and answered in the form that asked. */

import { gunzipSync } from "node:zlib";
import { causeOf, Fault } from "../../../base/faults.ts";
import { LIMITS } from "../../../base/limits.ts";
import { toCoding } from "../../../stages/gateway/answering.ts";

interface ProxyEvent {
  readonly version?: string;
  readonly httpMethod?: string;
  readonly path?: string;
  readonly rawPath?: string;
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly requestContext?: {
    readonly requestId?: string;
    readonly identity?: { readonly sourceIp?: string };
    readonly http?: {
      readonly method?: string;
      readonly path?: string;
      readonly sourceIp?: string;
    };
  };
}

export interface ProxyRequest {
  readonly method: string;
  readonly path: string;
  readonly contentType: string | undefined;
  readonly prefer: string | undefined;
  readonly caller: string;
  readonly requestId: string;
  /** The body, unpacked. Throws BODY_TOO_LARGE, ENCODING_UNSUPPORTED, BODY_UNREADABLE. */
  body(): Buffer;
}

export interface ProxyAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: false;
}

/** Throws REQUEST_INVALID where the event is none of API Gateway's. */
export function toRequest(event: unknown): ProxyRequest {
  const given = (event ?? {}) as ProxyEvent;
  const { requestContext: context = {} } = given;
  const method = given.httpMethod ?? context.http?.method;
  if (method === undefined) {
    throw new Fault("REQUEST_INVALID", { cause: "this is no event of API Gateway" });
  }
  const headers = new Map(
    Object.entries(given.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return {
    method,
    path: given.rawPath ?? given.path ?? context.http?.path ?? "",
    contentType: headers.get("content-type"),
    prefer: headers.get("prefer"),
    caller: context.identity?.sourceIp ?? context.http?.sourceIp ?? "unknown",
    requestId: context.requestId ?? "unknown",
    body: () => unpack(given, headers.get("content-encoding")),
  };
}

function unpack({ body, isBase64Encoded }: ProxyEvent, encoding: string | undefined): Buffer {
  const bytes = Buffer.from(body ?? "", isBase64Encoded === true ? "base64" : "utf8");
  if (toCoding(encoding) === "identity") {
    return bytes;
  }
  const bytesMax = LIMITS.bodyInflatedBytesMax;
  try {
    return gunzipSync(bytes, { maxOutputLength: bytesMax });
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
      throw new Fault("BODY_TOO_LARGE", { bytesMax }, thrown);
    }
    throw new Fault("BODY_UNREADABLE", { cause: causeOf(thrown) }, thrown);
  }
}

export function toAnswer(status: number, body: string, requestId: string): ProxyAnswer {
  const wait = status === 429 || status === 503 ? { "retry-after": "1" } : {};
  return {
    statusCode: status,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "x-request-id": requestId,
      ...wait,
    },
    body,
    isBase64Encoded: false,
  };
}
