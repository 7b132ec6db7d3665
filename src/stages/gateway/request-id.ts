/** Names one request: the client's own name for it when it is a sane one, else a new one. */

import type { IncomingMessage } from "node:http";

const SANE = /^[\w.:/+=@-]{1,128}$/;

export function requestIdOf(request: IncomingMessage, newId: () => string): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && SANE.test(given) ? given : newId();
}
