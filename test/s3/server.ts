/** An S3 server in memory for tests that need nothing but npm: the calls a lake makes, and faults on demand. */

import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the next call of a kind meets instead of its answer. */
export type Trouble =
  | { readonly kind: "status"; readonly status: number; readonly code: string }
  /** It is carried out, but nobody hears of it. */
  | { readonly kind: "lost answer" }
  /** The body breaks off in its middle. */
  | { readonly kind: "broken body" }
  /** A range is passed over: the whole object comes, as from servers that know none. */
  | { readonly kind: "no range" };

export interface S3Server extends AsyncDisposable {
  readonly url: string;
  /** Method and path of every call. */
  readonly calls: readonly string[];
  readonly objects: ReadonlyMap<string, Buffer>;
  /** Uploads in parts that are neither joined nor aborted. */
  readonly uploads: number;
  /** Lets the next call that matches meet trouble instead; may be given several times. */
  trouble(call: RegExp, trouble: Trouble): void;
}

interface Upload {
  readonly key: string;
  readonly parts: Map<number, Buffer>;
}

interface Call {
  readonly method: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

interface Answer {
  readonly status: number;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Objects a page of a listing holds: few, so that listings have several pages. */
const PAGE = 7;

export async function startS3Server(): Promise<S3Server> {
  const bucket = new Bucket();
  const calls: string[] = [];
  const troubles: { call: RegExp; trouble: Trouble }[] = [];
  const server = createServer((request, response) => {
    void serve(request, response).catch(() => response.destroy());
  });
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://s3");
    const line = `${request.method} ${url.pathname}${url.search}`;
    calls.push(line);
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const at = troubles.findIndex(({ call }) => call.test(line));
    const trouble = at < 0 ? undefined : troubles.splice(at, 1)[0]?.trouble;
    if (trouble?.kind === "status") {
      send(response, fault(trouble.status, trouble.code));
      return;
    }
    const answer = bucket.answer({
      method: request.method ?? "",
      key: decodeURIComponent(url.pathname.replace(/^\/[^/]*\/?/, "")),
      query: url.searchParams,
      headers: trouble?.kind === "no range" ? {} : request.headers,
      body: Buffer.concat(chunks),
    });
    if (trouble?.kind === "lost answer") {
      response.destroy();
    } else if (trouble?.kind === "broken body") {
      const body = Buffer.from(answer.body ?? "");
      response.writeHead(answer.status, { "content-length": body.length });
      response.write(body.subarray(0, body.length / 2), () => response.destroy());
    } else {
      send(response, answer);
    }
  }
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    objects: bucket.objects,
    get uploads() {
      return bucket.uploads.size;
    },
    trouble: (call, trouble) => void troubles.push({ call, trouble }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function send(response: ServerResponse, { status, body = "", headers = {} }: Answer): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { "content-length": bytes.length, ...headers });
  response.end(bytes);
}

function fault(status: number, code: string): Answer {
  const body = `<Error><Code>${code}</Code><Message>${code}, as asked for</Message></Error>`;
  return { status, body, headers: { "content-type": "application/xml" } };
}

class Bucket {
  readonly objects = new Map<string, Buffer>();
  readonly uploads = new Map<string, Upload>();

  answer(call: Call): Answer {
    const { method, key, query } = call;
    if (key === "") {
      return this.#answerBucket(call);
    }
    const upload = query.get("uploadId");
    if (method === "POST" || upload !== null) {
      return this.#answerUpload(call, upload ?? "");
    }
    switch (method) {
      case "PUT":
        return this.#put(call, call.body);
      case "DELETE":
        this.objects.delete(key);
        return { status: 204 };
      default: {
        const found = this.objects.get(key);
        return found === undefined ? fault(404, "NoSuchKey") : part(found, call.headers.range);
      }
    }
  }

  #put({ key, headers }: Call, body: Buffer): Answer {
    if (headers["if-none-match"] === "*" && this.objects.has(key)) {
      return fault(412, "PreconditionFailed");
    }
    this.objects.set(key, body);
    return { status: 200, headers: { etag: tag(body) } };
  }

  #answerBucket({ method, query }: Call): Answer {
    if (method !== "GET") {
      return { status: 200 };
    }
    if (query.has("uploads")) {
      const prefix = query.get("prefix") ?? "";
      const found = [...this.uploads].filter(([, { key }]) => key.startsWith(prefix));
      const all = found.map(
        ([id, { key }]) => `<Upload><Key>${key}</Key><UploadId>${id}</UploadId></Upload>`,
      );
      return xml(`<ListMultipartUploadsResult>${all.join("")}</ListMultipartUploadsResult>`);
    }
    const after = query.get("continuation-token") ?? query.get("start-after") ?? "";
    const prefix = query.get("prefix") ?? "";
    const size = Math.min(PAGE, Number(query.get("max-keys") ?? PAGE));
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix) && key > after);
    const page = keys.toSorted((a, b) => (a < b ? -1 : 1)).slice(0, size);
    const contents = page.map((key) => {
      const body = this.objects.get(key) ?? Buffer.alloc(0);
      const facts = `<Size>${body.length}</Size><ETag>${tag(body)}</ETag>`;
      return `<Contents><Key>${key}</Key>${facts}</Contents>`;
    });
    const more = keys.length > page.length;
    const next = more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : "";
    const head = `<IsTruncated>${more}</IsTruncated>${next}`;
    return xml(`<ListBucketResult>${head}${contents.join("")}</ListBucketResult>`);
  }

  #answerUpload(call: Call, id: string): Answer {
    const { method, key, query } = call;
    if (query.has("uploads")) {
      const made = randomUUID();
      this.uploads.set(made, { key, parts: new Map() });
      const inside = `<Key>${key}</Key><UploadId>${made}</UploadId>`;
      return xml(`<InitiateMultipartUploadResult>${inside}</InitiateMultipartUploadResult>`);
    }
    const upload = this.uploads.get(id);
    if (upload === undefined) {
      return fault(404, "NoSuchUpload");
    }
    if (method === "PUT") {
      upload.parts.set(Number(query.get("partNumber")), call.body);
      return { status: 200, headers: { etag: tag(call.body) } };
    }
    if (method === "DELETE") {
      this.uploads.delete(id);
      return { status: 204 };
    }
    return this.#join(call, id, upload);
  }

  /** Only the parts that the call names, in its order, are the object. */
  #join(call: Call, id: string, { parts }: Upload): Answer {
    const numbers = [...call.body.toString().matchAll(/<PartNumber>(\d+)</g)];
    const pieces = numbers.map(([, number]) => parts.get(Number(number)) ?? Buffer.alloc(0));
    const put = this.#put(call, Buffer.concat(pieces));
    if (put.status !== 200) {
      return put;
    }
    this.uploads.delete(id);
    return xml("<CompleteMultipartUploadResult></CompleteMultipartUploadResult>");
  }
}

function part(body: Buffer, range: string | undefined): Answer {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? [];
  if (first === undefined) {
    return { status: 200, body };
  }
  return Number(first) >= body.length
    ? fault(416, "InvalidRange")
    : { status: 206, body: body.subarray(Number(first), Number(last) + 1) };
}

function xml(inside: string): Answer {
  return { status: 200, body: inside, headers: { "content-type": "application/xml" } };
}

function tag(body: Buffer): string {
  return `"${createHash("md5").update(body).digest("hex")}"`;
}
