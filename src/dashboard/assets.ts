/** Serves the built page from memory: right types, compressed, and cached for ever where names carry a hash. */

import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { Fault } from "../base/faults.ts";

const toGzip = promisify(gzip);

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".woff2": "font/woff2",
};
/** These are packed already. */
const PACKED: ReadonlySet<string> = new Set([".woff2"]);
const FILES_MAX = 64;
const BYTES_MAX = 8 * 1_048_576;

/** Scripts, styles, fonts and connections only from here; nobody may frame the page or post forms with it. */
const PAGE_HEADERS = {
  "content-security-policy": [
    "default-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
} as const;

const NOT_BUILT = `<!doctype html><html lang="en"><title>Millrace</title><meta charset="utf-8">
<h1>The dashboard is not built</h1>
<p>The pipeline itself runs; only its page is missing. In a checkout of Millrace run <code>npm run prepare</code>;
an installed package that lacks its page is damaged: install it again. Then load this page again.</p></html>
`;

interface WebFile {
  readonly type: string;
  readonly etag: string;
  readonly plain: Buffer<ArrayBuffer>;
  readonly gzipped: Buffer<ArrayBuffer> | undefined;
}

interface Loaded {
  readonly builtMs: number;
  readonly files: ReadonlyMap<string, WebFile>;
}

/** The files of one folder, read when first asked for and again after a new build. */
export class WebFiles {
  readonly #folder: string;
  #loaded: Promise<Loaded | undefined> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async page(request: Request): Promise<Response> {
    const builtMs = await this.#builtMs();
    if (this.#loaded !== undefined && (await this.#loaded)?.builtMs !== builtMs) {
      this.#loaded = undefined;
    }
    const loaded = await this.#load();
    return loaded === undefined
      ? notBuilt()
      : answer(request, loaded.files.get("index.html"), "no-cache");
  }

  async asset(request: Request): Promise<Response> {
    // Only names that were read from the folder are answered, so no path can lead out of it.
    const loaded = await this.#load();
    const name = new URL(request.url).pathname.slice(1);
    return loaded === undefined
      ? notBuilt()
      : answer(request, loaded.files.get(name), "public, max-age=31536000, immutable");
  }

  /** Undefined when there is no whole page: it was never built, is being built, or cannot be read. */
  async #load(): Promise<Loaded | undefined> {
    this.#loaded ??= readFiles(this.#folder, (await this.#builtMs()) ?? 0).catch(() => undefined);
    const loaded = await this.#loaded;
    if (loaded === undefined) {
      this.#loaded = undefined;
    }
    return loaded;
  }

  async #builtMs(): Promise<number | undefined> {
    const facts = await stat(join(this.#folder, "index.html")).catch(() => undefined);
    return facts?.mtimeMs;
  }
}

function notBuilt(): Response {
  return new Response(NOT_BUILT, {
    status: 503,
    headers: { ...PAGE_HEADERS, "content-type": TYPES[".html"] ?? "", "retry-after": "5" },
  });
}

async function readFiles(folder: string, builtMs: number): Promise<Loaded> {
  const files = new Map<string, WebFile>();
  let bytes = 0;
  for (const name of await namesIn(folder)) {
    const plain = await readFile(join(folder, name));
    bytes += plain.length;
    const extension = extname(name);
    const type = TYPES[extension];
    if (type === undefined || files.size >= FILES_MAX || bytes > BYTES_MAX) {
      continue;
    }
    const etag = `"${createHash("sha256").update(plain).digest("base64url").slice(0, 22)}"`;
    const gzipped = PACKED.has(extension) ? undefined : await toGzip(plain, { level: 9 });
    files.set(name, { type, etag, plain, gzipped });
  }
  return { builtMs, files };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const assets = await readdir(join(folder, "assets")).catch(() => []);
  return ["index.html", ...assets.map((name) => `assets/${name}`)];
}

function answer(request: Request, file: WebFile | undefined, caching: string): Response {
  if (file === undefined) {
    const { pathname } = new URL(request.url);
    throw new Fault("ROUTE_UNKNOWN", { method: "GET", path: pathname });
  }
  const headers = new Headers({
    ...PAGE_HEADERS,
    "content-type": file.type,
    "cache-control": caching,
    etag: file.etag,
    vary: "accept-encoding",
  });
  if (request.headers.get("if-none-match") === file.etag) {
    return new Response(undefined, { status: 304, headers });
  }
  const wantsGzip = request.headers.get("accept-encoding")?.includes("gzip") === true;
  if (wantsGzip && file.gzipped !== undefined) {
    headers.set("content-encoding", "gzip");
    return new Response(file.gzipped, { headers });
  }
  return new Response(file.plain, { headers });
}
