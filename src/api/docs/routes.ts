/** The routes of the API reference: the page, its style, its script. */

import { docsPage } from "./page.ts";
import { DOCS_CSS, DOCS_JS } from "./files.ts";

interface DocsRoute {
  readonly method: "GET";
  readonly path: string;
  readonly handle: () => Response;
}

/** Scripts, styles and requests only from here; nobody may frame the page. */
const HEADERS = {
  "content-security-policy":
    "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-cache",
} as const;

export function docsRoutes(document: () => unknown): readonly DocsRoute[] {
  const files = [
    ["/docs", "text/html; charset=utf-8", () => docsPage(document())],
    ["/docs/page.css", "text/css; charset=utf-8", () => DOCS_CSS],
    ["/docs/page.js", "text/javascript; charset=utf-8", () => DOCS_JS],
  ] as const;
  return files.map(([path, type, text]) => ({
    method: "GET",
    path,
    handle: () => new Response(text(), { headers: { ...HEADERS, "content-type": type } }),
  }));
}
