/** Hono's routes as a listener of the gateway's own server. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { defined } from "../../base/assert.ts";
import type { Caller } from "../../seams/caller.ts";
import type { RequestMeans } from "../access/guard.ts";

export function listenWith(
  app: Hono,
): (request: IncomingMessage, response: ServerResponse, caller: Caller) => Promise<void> {
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
    return listener(request, response);
  };
}
