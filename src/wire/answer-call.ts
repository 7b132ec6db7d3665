/** One call of an AWS service, from its head and body to its answer, whatever server it came in by. */

import { randomBytes, randomUUID } from "node:crypto";
import { Fault } from "../base/faults.ts";
import type { Authority } from "./auth/authority.ts";
import { fromCbor } from "./codec/from-cbor.ts";
import { fromJson } from "./codec/from-json.ts";
import { toCbor } from "./codec/to-cbor.ts";
import { toJson } from "./codec/to-json.ts";
import { checkConstraints } from "./shapes/constraints.ts";
import { readModel } from "./shapes/read-model.ts";
import type { StructureShape } from "./shapes/shape.ts";
import type { Call, Deed, Operation, OperationAnswer, WireEvent, WireService } from "./service.ts";
import { WireFault } from "./wire-fault.ts";

export interface WireRequest {
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly caller: string;
  readonly signal: AbortSignal;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
  /** Goes out behind the head instead of `body`. */
  readonly events: { readonly of: AsyncIterable<WireEvent>; readonly format: Format } | undefined;
}

export interface Format {
  readonly name: "json" | "cbor";
  readonly type: string;
  encode(output: object, shape: StructureShape): Buffer | string;
}

const JSON_FORMAT: Format = { name: "json", type: "application/x-amz-json-1.1", encode: toJson };
const CBOR_FORMAT: Format = { name: "cbor", type: "application/x-amz-cbor-1.1", encode: toCbor };

const EVENT_STREAM = "application/vnd.amazon.eventstream";

/** What the services of one gateway are, and who may call them. */
export interface WireMeans {
  readonly services: readonly WireService[];
  readonly authority: Authority;
}

/** Whether a request is for an AWS service at all. */
export function isWireCall(headers: WireRequest["headers"]): boolean {
  return headers["x-amz-target"] !== undefined || formatOf(headers) !== undefined;
}

/** Never throws: whatever goes wrong is an answer in AWS's own form. */
export async function answerCall(request: WireRequest, means: WireMeans): Promise<WireAnswer> {
  const requestId = randomUUID();
  const format = formatOf(request.headers);
  try {
    const { service, operation } = findOperation(request.headers, means.services);
    if (format === undefined) {
      const message = "Its content type is neither application/x-amz-json-1.1 nor …-cbor-1.1.";
      throw new WireFault("UnknownOperationException", message, 404);
    }
    const { region, allows } = means.authority.admit(request, service.signingName);
    const { caller, signal } = request;
    const call = { requestId, caller, region, signal, allows };
    const deed = service.deedOf(nameOf(request.headers));
    const answer = await run({ service, operation, deed }, { call, format, body: request.body });
    return toAnswer(answer, { operation, format, requestId });
  } catch (thrown) {
    return faultAnswer(thrown, { format: format ?? JSON_FORMAT, requestId });
  }
}

/** What a body that could not even be read is answered. */
export function faultAnswer(
  thrown: unknown,
  { format, requestId = randomUUID() }: { format?: Format; requestId?: string } = {},
): WireAnswer {
  const fault = thrown instanceof WireFault ? thrown : fromFault(thrown);
  const { type, message, status } = fault;
  const spoken = format ?? JSON_FORMAT;
  const shape = type === "SerializationException" ? SERIALIZATION : ERROR;
  const output = { __type: type, message, Message: message };
  return {
    status,
    headers: { ...headersOf(spoken, requestId), "x-amzn-ErrorType": type },
    body: spoken.encode(output, shape),
    events: undefined,
  };
}

export function formatOf(headers: WireRequest["headers"]): Format | undefined {
  const given = headers["content-type"];
  const type = typeof given === "string" ? given.split(";", 1)[0]?.trim().toLowerCase() : undefined;
  if (type === JSON_FORMAT.type) {
    return JSON_FORMAT;
  }
  return type === CBOR_FORMAT.type ? CBOR_FORMAT : undefined;
}

const ERRORS = readModel(`
Text = string
Error = { __type!:Text message:Text }
SerializationError = { __type!:Text Message:Text }
`);
const ERROR = ERRORS.structure("Error");
const SERIALIZATION = ERRORS.structure("SerializationError");

function findOperation(
  headers: WireRequest["headers"],
  services: readonly WireService[],
): { readonly service: WireService; readonly operation: Operation } {
  const target = headers["x-amz-target"];
  const name = nameOf(headers);
  const [prefix = ""] = typeof target === "string" ? target.split(".", 1) : [];
  const service = services.find(({ targetPrefix }) => targetPrefix === prefix);
  const operation = service?.operations.get(name);
  if (service === undefined || operation === undefined) {
    const known = services.map(({ targetPrefix }) => targetPrefix).join(", ");
    const message = `There is no operation ${prefix}.${name} here; the services are: ${known}.`;
    throw new WireFault("UnknownOperationException", message.slice(0, 500));
  }
  return { service, operation };
}

function nameOf(headers: WireRequest["headers"]): string {
  const target = headers["x-amz-target"];
  return typeof target === "string" ? (target.split(".", 2)[1] ?? "") : "";
}

async function run(
  { service, operation, deed }: { service: WireService; operation: Operation; deed: Deed },
  { call, format, body }: { call: Call; format: Format; body: Buffer },
): Promise<OperationAnswer> {
  const fast = format.name === "json" ? operation.runJson?.(body, call) : undefined;
  if (fast !== undefined) {
    return await fast;
  }
  const decode = format.name === "json" ? fromJson : fromCbor;
  const input = decode(body, operation.input);
  checkConstraints(input, operation.input);
  if (!call.allows(deed) && !call.allows(deed, service.streamOf(input))) {
    const message = `The key's scopes do not allow ${deed} here; whoever made it can make one that does.`;
    throw new WireFault("AccessDeniedException", message);
  }
  return await operation.run(input, call);
}

function toAnswer(
  answer: OperationAnswer,
  about: {
    readonly operation: Operation;
    readonly format: Format;
    readonly requestId: string;
  },
): WireAnswer {
  const { format, operation } = about;
  const headers = { ...headersOf(format, about.requestId), ...answer.headers };
  if (answer.events !== undefined) {
    const events = { of: answer.events, format };
    return { status: 200, headers: { ...headers, "Content-Type": EVENT_STREAM }, body: "", events };
  }
  const body =
    answer.json ??
    (operation.output === undefined ? "" : format.encode(answer.output ?? {}, operation.output));
  return { status: 200, headers, body, events: undefined };
}

const ID_2_BYTES = 72;

function headersOf(format: Format, requestId: string): Record<string, string> {
  return {
    "x-amzn-RequestId": requestId,
    "x-amz-id-2": randomBytes(ID_2_BYTES).toString("base64"),
    "Content-Type": format.type,
  };
}

/** Our own faults in AWS's words: what a client's retry rules must know is whether waiting helps. */
function fromFault(thrown: unknown): WireFault {
  if (!(thrown instanceof Fault)) {
    return new WireFault("InternalFailure", "Internal Service Failure.", 500);
  }
  const message = `${thrown.message} ${thrown.remedy}`;
  if (thrown.code === "RATE_LIMITED" || thrown.code === "QUOTA_SPENT") {
    return new WireFault("ThrottlingException", message);
  }
  if (thrown.row.status === 413) {
    return new WireFault("RequestEntityTooLargeException", message, 413);
  }
  return thrown.retry
    ? new WireFault("ServiceUnavailableException", message, 503)
    : new WireFault("InternalFailure", message, 500);
}
