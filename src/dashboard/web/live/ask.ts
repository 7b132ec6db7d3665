/** Asks the server for JSON; its errors come back as values, with the text that people can read. */

export type Answer<T> =
  | { readonly ok: true; readonly value: T; readonly status: number }
  | { readonly ok: false; readonly code: string; readonly says: string };

const TIMEOUT_MS = 15_000;

export async function ask<T>(path: string, init: RequestInit = {}): Promise<Answer<T>> {
  try {
    const limit = AbortSignal.timeout(TIMEOUT_MS);
    const signal = init.signal ? AbortSignal.any([init.signal, limit]) : limit;
    const response = await fetch(path, { ...init, signal });
    const body = (await response.json()) as unknown;
    return response.ok
      ? { ok: true, value: body as T, status: response.status }
      : { ok: false, ...toError(body, response.status) };
  } catch (thrown) {
    const says = thrown instanceof Error ? thrown.message : String(thrown);
    return { ok: false, code: "NO_ANSWER", says: `The pipeline does not answer: ${says}` };
  }
}

/** Every error of the server has one shape: {error: {code, message, remedy}}. */
function toError(body: unknown, status: number): { code: string; says: string } {
  const { error } = (body ?? {}) as {
    error?: { code?: string; message?: string; remedy?: string };
  };
  const says = [error?.message, error?.remedy]
    .filter((text) => text !== undefined)
    .map((text) => (/[.!?]$/.test(text) ? text : `${text}.`))
    .join(" ");
  return { code: error?.code ?? "UNKNOWN", says: says === "" ? `Answer ${status}.` : says };
}
