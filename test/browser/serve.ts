/** A small node:http server over web-standard routes, with the server's way of answering faults. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { Fault } from "../../src/base/faults.ts";
import type { DashboardRoute } from "../../src/dashboard/index.ts";

export interface Served extends AsyncDisposable {
  readonly url: string;
  /** Cuts all connections and answers nothing any more, on the same port, until `rise`. */
  fall(): void;
  rise(): void;
}

/** Paths that only the test has, such as the gateway's. */
export type Extra = (request: IncomingMessage) => Response | undefined;

export async function serve(routes: readonly DashboardRoute[], extra: Extra): Promise<Served> {
  let up = true;
  const server = createServer((incoming, outgoing) => {
    if (!up) {
      incoming.socket.destroy();
      return;
    }
    const answered = extra(incoming);
    const response = answered ?? answer(routes, incoming, outgoing);
    void Promise.resolve(response).then((one) => write(one, outgoing));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    fall() {
      up = false;
      server.closeAllConnections();
    },
    rise() {
      up = true;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

async function answer(
  routes: readonly DashboardRoute[],
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<Response> {
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  const url = new URL(incoming.url ?? "/", `http://${incoming.headers.host}`);
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    headers.set(name, String(value));
  }
  const route = routes.find(({ path }) => matches(path, url.pathname));
  try {
    if (route === undefined) {
      throw new Fault("ROUTE_UNKNOWN", { method: "GET", path: url.pathname });
    }
    return await route.handle(new Request(url, { headers, signal: gone.signal }));
  } catch (thrown) {
    const fault =
      thrown instanceof Fault ? thrown : new Fault("INTERNAL", { cause: String(thrown) });
    return Response.json(fault.toBody(), { status: fault.row.status });
  }
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const parts = path.split("/");
  return (
    wanted.length === parts.length &&
    wanted.every((part, index) => part.startsWith(":") || part === parts[index])
  );
}

function write(response: Response, outgoing: ServerResponse): void {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null) {
    outgoing.end();
    return;
  }
  const body = Readable.fromWeb(response.body);
  body.on("error", () => outgoing.destroy());
  outgoing.once("close", () => body.destroy());
  body.pipe(outgoing);
}
