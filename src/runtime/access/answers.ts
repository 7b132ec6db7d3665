/** Answers under way by the key that asked: live feeds go on for hours, and must end when their key does. */

import type { ServerResponse } from "node:http";

export class Answers {
  readonly #open = new Map<string, Set<ServerResponse>>();

  /** Callers without a key or token have nothing that could end. */
  add(caller: string, response: ServerResponse): void {
    if (!caller.startsWith("key:")) {
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

  /** Ends all answers of a key but the one that is being written to say so. */
  cut(keyId: string): void {
    for (const response of this.#open.get(`key:${keyId}`) ?? []) {
      if (response.headersSent) {
        response.destroy();
      }
    }
  }
}
