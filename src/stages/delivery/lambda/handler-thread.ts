/** The thread a handler runs in: loads its module once, calls it as the Lambda runtime does, answers with JSON. */

import { randomUUID } from "node:crypto";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import { defined } from "../../../base/assert.ts";
import { causeOf } from "../../../base/faults.ts";
import { PAYLOAD_BYTES_MAX } from "./contract.ts";
import type { FromHandler, HandlerThread, ToHandler } from "./messages.ts";

type Handler = (event: unknown, context: object, callback: Callback) => unknown;
type Callback = (error: unknown, answer?: unknown) => void;

const port = defined(parentPort ?? undefined, "this file runs as a worker thread");
const { file, handler: name, functionName, memoryBytes } = workerData as HandlerThread;

// Of this thread alone: a thread has a copy of its process's environment.
Object.assign(process.env, {
  AWS_LAMBDA_FUNCTION_NAME: functionName,
  AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(Math.round(memoryBytes / 1_048_576)),
  _HANDLER: `transform.${name}`,
});

const handler = await load();
if (handler !== undefined) {
  port.on("message", (message: ToHandler) => void answer(message, handler));
  say({ kind: "ready" });
}

async function load(): Promise<Handler | undefined> {
  try {
    const module = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
    const inner = module["default"] as Record<string, unknown> | undefined;
    const found = module[name] ?? inner?.[name];
    if (typeof found === "function") {
      return found as Handler;
    }
    say({ kind: "unusable", cause: `${file} exports no function called ${name}` });
  } catch (thrown) {
    say({ kind: "unusable", cause: `${file} cannot be loaded: ${causeOf(thrown)}` });
  }
  return undefined;
}

async function answer({ id, event, deadline }: ToHandler, call: Handler): Promise<void> {
  try {
    const given = await invoke(call, JSON.parse(event), contextOf(deadline));
    const text = JSON.stringify(given) ?? "null";
    if (Buffer.byteLength(text) > PAYLOAD_BYTES_MAX) {
      const says = `Response payload size exceeded maximum allowed payload size (${PAYLOAD_BYTES_MAX} bytes).`;
      say({ kind: "failed", id, type: "Function.ResponseSizeTooLarge", message: says });
    } else {
      say({ kind: "answer", id, text });
    }
  } catch (thrown) {
    const type = thrown instanceof Error ? thrown.name : "Error";
    say({ kind: "failed", id, type, message: causeOf(thrown) });
  }
}

/** By promise, by callback, or by a plain value: handlers of every age are called alike. */
function invoke(call: Handler, event: unknown, context: object): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const callback: Callback = (error, given) => {
    if (error === null || error === undefined) {
      resolve(given);
    } else {
      reject(error instanceof Error ? error : new TypeError(JSON.stringify(error)));
    }
  };
  const ends = {
    done: callback,
    succeed: (given: unknown) => callback(null, given),
    fail: (error: unknown) => callback(error ?? "failed"),
  };
  const given = call(event, { ...context, ...ends }, callback);
  if (typeof (given as { then?: unknown } | null | undefined)?.then === "function") {
    Promise.resolve(given).then(resolve, reject);
  } else if (given !== undefined || call.length < 3) {
    resolve(given);
  }
  return promise;
}

function contextOf(deadline: number): object {
  const arn = `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`;
  return {
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: arn,
    memoryLimitInMB: String(Math.round(memoryBytes / 1_048_576)),
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: "local",
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

function say(message: FromHandler): void {
  port.postMessage(message);
}
