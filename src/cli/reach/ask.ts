/** One HTTP request to a running pipeline, and its answer or the fault that it means. */

import { request as requestPlain, type Agent, type IncomingMessage } from "node:http";
import { request as requestSecure } from "node:https";
import { causeOf, Fault } from "../../base/faults.ts";
import { keyHeaders } from "./credential.ts";
import { isRecord, Refusal, toRefusalText, type RefusalText } from "./refusal.ts";

interface Question {
  readonly method: "GET" | "POST";
  /** Begins with a slash; its parts are already encoded. */
  readonly path: string;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is, with `headers` naming its type. */
  readonly body?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** Longest silence of the other side. */
  readonly silenceMsMax?: number;
  readonly signal?: AbortSignal;
  readonly agent?: Agent;
}

const SILENCE_MS = 30_000;
const ANSWER_BYTES_MAX = 64 * 1_048_576;

/** Codes of a connection that could not be made: nobody is there. */
const ABSENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "ECONNRESET",
  "EPIPE",
]);

/** The answer with its body unread. Throws NOT_RUNNING, ANSWER_UNEXPECTED. */
function openAnswer(base: string, question: Question): Promise<IncomingMessage> {
  const url = `${base}${question.path}`;
  const silenceMsMax = question.silenceMsMax ?? SILENCE_MS;
  const body = question.json === undefined ? question.body : Buffer.from(show(question.json));
  const headers: Record<string, string | number> = { ...keyHeaders(), ...question.headers };
  if (question.json !== undefined) {
    headers["content-type"] = "application/json";
  }
  if (question.method === "POST") {
    headers["content-length"] = body?.length ?? 0;
  }
  const start = url.startsWith("https:") ? requestSecure : requestPlain;
  return new Promise((resolve, reject) => {
    const { method, signal, agent } = question;
    const made = start(
      url,
      {
        method,
        headers,
        ...(signal === undefined ? {} : { signal }),
        ...(agent === undefined ? {} : { agent }),
      },
      resolve,
    );
    made.setTimeout(silenceMsMax, () => {
      made.destroy(new SilenceError(silenceMsMax));
    });
    made.on("error", (thrown) => reject(toFault(base, thrown)));
    made.end(body);
  });
}

/**
 * The answer's JSON. Throws what openAnswer throws, and Refusal for an error in the one shape; with `refuse: false`
 * the error is part of the answer instead.
 */
export async function askJson(
  base: string,
  question: Question,
  { refuse = true }: { readonly refuse?: boolean } = {},
): Promise<Answered> {
  const answer = await openAnswer(base, question);
  const text = await readAll(base, answer);
  const status = answer.statusCode ?? 0;
  const { headers } = answer;
  const body = toJson(text);
  const said = status >= 400 ? toRefusalText(status, body) : undefined;
  if (!refuse) {
    return { status, body, headers, said };
  }
  if (said !== undefined) {
    throw new Refusal(said, `${question.method} ${base}${question.path}`);
  }
  if (body === undefined || (status >= 400 && !isRecord(body))) {
    throw unexpected(`${base}${question.path}`, status, notJson(text));
  }
  return { status, body, headers, said };
}

export interface Answered {
  readonly status: number;
  /** Undefined when it is not JSON. */
  readonly body: unknown;
  readonly headers: IncomingMessage["headers"];
  readonly said: RefusalText | undefined;
}

/** Reads an answer that must be a success; a failure becomes what it means. */
export async function needSuccess(base: string, question: Question): Promise<IncomingMessage> {
  const answer = await openAnswer(base, question);
  const status = answer.statusCode ?? 0;
  if (status < 400) {
    return answer;
  }
  const text = await readAll(base, answer);
  const said = toRefusalText(status, toJson(text));
  throw said === undefined
    ? unexpected(`${base}${question.path}`, status, notJson(text))
    : new Refusal(said, `${question.method} ${base}${question.path}`);
}

/** Chunks of an answer's body; what breaks on the way is a fault that names the address. */
export async function* readChunks(base: string, answer: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    // Without an encoding set, an answer yields buffers.
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      yield chunk;
    }
  } catch (thrown) {
    // Somebody did answer, so a connection that breaks now is no sign that nobody is there.
    throw ABSENT.has(codeOf(thrown))
      ? unexpected(
          base,
          answer.statusCode ?? 0,
          "the connection was lost before the answer was whole",
        )
      : toFault(base, thrown);
  }
}

export function unexpected(url: string, status: number, cause: string): Fault {
  return new Fault("ANSWER_UNEXPECTED", { url, status, cause });
}

async function readAll(base: string, answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of readChunks(base, answer)) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) {
      throw unexpected(base, answer.statusCode ?? 0, `more than ${ANSWER_BYTES_MAX} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function notJson(text: string): string {
  const start = (text.trim().split("\n", 1)[0] ?? "").slice(0, 80);
  return start === "" ? "an empty answer" : `an answer that is not Millrace's: ${start}`;
}

class SilenceError extends Error {
  override readonly name = "SilenceError";
  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
  }
}

/** A connection that nobody takes is NOT_RUNNING; anything else says what happened. */
function toFault(base: string, thrown: unknown): unknown {
  if (isRecord(thrown) && thrown["name"] === "AbortError") {
    return thrown;
  }
  const code = codeOf(thrown);
  if (ABSENT.has(code)) {
    return new Fault("NOT_RUNNING", { url: base, cause: code }, thrown);
  }
  // A name that resolves to several addresses fails with one error that holds the others.
  if (thrown instanceof AggregateError && thrown.errors.length > 0) {
    return toFault(base, thrown.errors[0]);
  }
  return new Fault("ANSWER_UNEXPECTED", { url: base, status: "nothing", cause: causeOf(thrown) });
}

function codeOf(thrown: unknown): string {
  const code = isRecord(thrown) ? thrown["code"] : undefined;
  return typeof code === "string" ? code : "";
}

function show(json: unknown): string {
  return JSON.stringify(json);
}
