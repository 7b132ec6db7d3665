/** Reads the body of a request that asks for work: one JSON object of bounded size. */

import type { Context } from "hono";
import { causeOf, Fault } from "../../base/faults.ts";

const JSON_BODY_BYTES_MAX = 1_048_576;

/** An empty body is an empty object. Throws BODY_TOO_LARGE, REQUEST_INVALID. */
export async function readJson(
  context: Context,
  bytesMax = JSON_BODY_BYTES_MAX,
): Promise<Record<string, unknown>> {
  const length = Number(context.req.header("content-length") ?? 0);
  if (length > bytesMax) {
    throw new Fault("BODY_TOO_LARGE", { bytesMax });
  }
  const text = await context.req.text();
  if (text.length > bytesMax) {
    throw new Fault("BODY_TOO_LARGE", { bytesMax });
  }
  try {
    const parsed: unknown = text === "" ? {} : JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) {
      return parsed as Record<string, unknown>;
    }
  } catch (thrown) {
    throw new Fault("REQUEST_INVALID", { cause: causeOf(thrown) }, thrown);
  }
  throw new Fault("REQUEST_INVALID", { cause: "the body must be a JSON object" });
}
