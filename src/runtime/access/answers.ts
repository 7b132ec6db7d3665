/** Answers under way by who asked: live feeds go on for hours, and must end when a key, a token or a session does. */

import type { ServerResponse } from "node:http";
import type { Caller } from "../../seams/caller.ts";

type Asked = Pick<Caller, "name" | "ended">;

const KEY = "key:";

export class Answers {
  readonly #open = new Map<ServerResponse, Asked>();

  /** Callers that nothing could end are not kept. */
  add(caller: Asked, response: ServerResponse): void {
    if (keyOf(caller) === undefined && caller.ended === undefined) {
      return;
    }
    this.#open.set(response, caller);
    response.on("close", () => this.#open.delete(response));
  }

  /** Ends the answers of keys that are none any more, and of callers whose token or session has ended. */
  cutEnded(isLive: (keyId: string) => boolean): void {
    this.#cut((caller) => {
      const keyId = keyOf(caller);
      return caller.ended?.() === true || (keyId !== undefined && !isLive(keyId));
    });
  }

  /** Ends all answers of a key but the one that is being written to say so. */
  cut(keyId: string): void {
    this.#cut((caller) => keyOf(caller) === keyId);
  }

  #cut(isOver: (caller: Asked) => boolean): void {
    for (const [response, caller] of this.#open) {
      if (response.headersSent && isOver(caller)) {
        response.destroy();
      }
    }
  }
}

function keyOf({ name }: Asked): string | undefined {
  return name.startsWith(KEY) ? name.slice(KEY.length) : undefined;
}
