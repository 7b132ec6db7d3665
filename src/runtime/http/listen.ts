/** Hono's routes as a listener of the gateway's own server. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { defined } from "../../base/assert.ts";
import type { Caller } from "../../seams/caller.ts";
import type { Answers } from "../access/answers.ts";
import type { RequestMeans } from "../access/guard.ts";

type Listener = (
  request: IncomingMessage,
  response: ServerResponse,
  caller: Caller,
) => Promise<void>;

/** `answers` are those under way of callers with a name of their own: a key's end is the end of its feeds. */
export function listenWith(app: Hono, answers: Answers): Listener {
  const callers = new WeakMap<IncomingMessage, Caller>();
  // The page and its feed run on the same process as everything else: globals stay Node's own.
  const listener = getRequestListener(
    (request, env) => {
      const { incoming } = env as { readonly incoming: IncomingMessage };
      const means: RequestMeans = {
        incoming,
        caller: defined(callers.get(incoming), "every request has its caller"),
      };
      return app.fetch(request, means);
    },
    { overrideGlobalObjects: false },
  );
  return (request, response, caller) => {
    callers.set(request, caller);
    answers.add(caller, response);
    return listener(request, response);
  };
}
