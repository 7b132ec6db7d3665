/** The read APIs' routes as a plain list, for whoever holds the server to mount. */

import { docsRoutes } from "./docs/routes.ts";
import { openApiDocument } from "./openapi/document.ts";
import { postmanCollection } from "./postman/collection.ts";
import { Reader, type ReaderOptions } from "./read/reader.ts";

/** `path` may hold `:name` parts, and `handle` throws Faults. */
export interface ApiRoute {
  readonly method: "GET";
  readonly path: string;
  /** For paths that the definition makes; the others have their row in the table of access. */
  readonly access?: { readonly kind: "deed"; readonly deed: "read" };
  readonly handle: (request: Request) => Promise<Response> | Response;
}

export interface ApiOptions extends ReaderOptions {
  readonly version: string;
  /** Where clients find the pipeline. */
  readonly url: () => string;
  /** Whether a route answers without a key. */
  readonly open: (route: string) => boolean;
}

export function apiRoutes(options: ApiOptions): readonly ApiRoute[] {
  const reader = new Reader(options);
  const { plan, version, open } = options;
  const keys = (): boolean => !open("GET /v1/status");
  const { endpoints } = options.plan;
  return [
    {
      method: "GET",
      path: "/v1/data",
      handle: async () => Response.json({ tables: await reader.tables() }),
    },
    {
      method: "GET",
      path: "/v1/data/:table",
      handle: (request) => reader.table(request, lastPart(request)),
    },
    {
      method: "GET",
      path: "/openapi.json",
      handle: () => Response.json(openApiDocument({ plan, version, open })),
    },
    ...docsRoutes(() => openApiDocument({ plan, version, open })),
    {
      method: "GET",
      path: "/postman.json",
      handle: () => Response.json(postmanCollection({ plan, url: options.url(), keys: keys() })),
    },
    ...endpoints.map((endpoint): ApiRoute => ({
      method: "GET",
      path: endpoint.path,
      access: { kind: "deed", deed: "read" },
      handle: (request) => reader.endpoint(request, endpoint),
    })),
  ];
}

function lastPart(request: Request): string {
  const part = new URL(request.url).pathname.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
