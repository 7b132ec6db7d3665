/** Takes a name unless it is taken: the conditional put, and what its answers mean. */

import { statusOf } from "./answers.ts";

const TAKEN = 412;
/** Somebody else was writing the same name at the same moment, and may yet fail: S3 asks to try again. */
const CONFLICT = 409;
const ATTEMPTS = 8;
const FIRST_WAIT_MS = 50;

/**
 * Sends until the name is taken, by us or by another. An answer that was lost makes the SDK send again and find its own
 * object: that too is "exists", which callers settle by the bytes.
 */
export async function sendIfAbsent(
  send: () => Promise<void>,
  sleep: (ms: number) => Promise<void>,
): Promise<"stored" | "exists"> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await send();
      return "stored";
    } catch (thrown) {
      const status = statusOf(thrown);
      if (status === TAKEN) {
        return "exists";
      }
      if (status !== CONFLICT || attempt >= ATTEMPTS) {
        throw thrown;
      }
    }
    await sleep(FIRST_WAIT_MS * 2 ** (attempt - 1));
  }
}
