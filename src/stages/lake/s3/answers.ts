/** What S3 answers when it does not do what was asked, and what that means. */

interface Answer {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** What keeps a thing from being there, not from being reached. */
const ABSENT = new Set(["NoSuchKey", "NotFound"]);
/** Faults of the moment that the SDK no longer sees once the head of an answer has come. */
const BROKEN_OFF = new Set(["ECONNRESET", "EPIPE", "ERR_STREAM_PREMATURE_CLOSE", "ABORT_ERR"]);

export function isAbsent(thrown: unknown): boolean {
  const { name } = thrown as Answer;
  return name !== undefined && ABSENT.has(name);
}

export function statusOf(thrown: unknown): number | undefined {
  return (thrown as Answer).$metadata?.httpStatusCode;
}

/** Whether a body that had begun to come was cut off. */
export function isBrokenOff(thrown: unknown): boolean {
  const { code, name, message } = thrown as Answer;
  const known = BROKEN_OFF.has(code ?? "") || name === "TimeoutError" || name === "AbortError";
  return known || /aborted|socket hang up/.test(message ?? "");
}

/** One sentence: what refused, and in which words. */
export function sayWhy(thrown: unknown): string {
  const { name = "Error", message = "", code } = thrown as Answer;
  const status = statusOf(thrown);
  const inner = (thrown as { errors?: readonly Answer[] }).errors?.[0]?.message;
  const words = message === "" || message === "UnknownError" ? (inner ?? code ?? "") : message;
  const shown = words === "" ? name : `${name}: ${words}`;
  return status === undefined ? shown : `${shown} (HTTP ${status})`;
}
