/** Answers under way by the key that asked: live feeds go on for hours, and must end when their key does. */

import type { ServerResponse } from "node:http";

const KEY = "key:";

export class Answers {
  readonly #open = new Map<string, Set<ServerResponse>>();

  /** Callers without a key or token have nothing that could end. */
  add(caller: string, response: ServerResponse): void {
    if (!caller.startsWith(KEY)) {
      return;
    }
    const open = this.#open.get(caller) ?? new Set();
    this.#open.set(caller, open.add(response));
    response.on("close", () => {
      open.delete(response);
      if (open.size === 0 && this.#open.get(caller) === open) {
        this.#open.delete(caller);
      }
    });
  }

  /** Ends the answers of keys that are none any more. */
  cutEnded(isLive: (keyId: string) => boolean): void {
    for (const caller of this.#open.keys()) {
      const keyId = caller.slice(KEY.length);
      if (!isLive(keyId)) {
        this.cut(keyId);
      }
    }
  }

  /** Ends all answers of a key but the one that is being written to say so. */
  cut(keyId: string): void {
    for (const response of this.#open.get(`${KEY}${keyId}`) ?? []) {
      if (response.headersSent) {
        response.destroy();
      }
    }
  }
}
