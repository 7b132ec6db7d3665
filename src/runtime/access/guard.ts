/** Stands before every route of the app: what the router has matched is looked up in the table, never the path again. */

import type { IncomingMessage } from "node:http";
import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { Fault } from "../../base/faults.ts";
import type { Caller } from "../../seams/caller.ts";
import { need } from "../../stages/gateway/index.ts";
import { ACCESS, type Access } from "./table.ts";

/** What the listener hands to the app beside the request. */
export interface RequestMeans {
  readonly incoming: IncomingMessage;
  readonly caller: Caller;
}

/** Who asks. */
export function callerOf(context: Context): Caller {
  return (context.env as RequestMeans).caller;
}

/** `more` are rows of routes that the definition makes. */
export function guardRoutes(more: ReadonlyMap<string, Access>): MiddlewareHandler {
  return async (context, next) => {
    const route = matchedRoutes(context).findLast(({ method }) => method !== "ALL");
    if (route !== undefined) {
      const name = `${route.method} ${route.path}`;
      admit(context, ACCESS[name] ?? more.get(name), name);
    }
    await next();
  };
}

function admit(context: Context, access: Access | undefined, name: string): void {
  if (access === undefined) {
    throw new Fault("INTERNAL", { cause: `the route ${name} has no row in the table of access` });
  }
  if (access.kind === "deed") {
    const of = access.part === undefined ? undefined : context.req.param(access.part);
    need(callerOf(context), access.deed, of);
  }
}
