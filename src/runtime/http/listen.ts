/** Hono's routes as a listener of the gateway's own server. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";

export function listenWith(
  app: Hono,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  // The page and its feed run on the same process as everything else: globals stay Node's own.
  return getRequestListener((request) => app.fetch(request), { overrideGlobalObjects: false });
}
