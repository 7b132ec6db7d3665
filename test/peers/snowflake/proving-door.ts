/** The driver's login as Snowflake judges it, before fakesnow, which lets anybody in: a token must prove the user's key. */

import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { INVALID, provesKey } from "../../snowflake/key-proof.ts";

export interface ProvingDoor extends AsyncDisposable {
  readonly base: string;
  readonly privateKey: KeyObject;
  /** One entry a login: how it was asked for, and whether it was let in. */
  readonly logins: { readonly authenticator: unknown; readonly proved: boolean }[];
}

interface LoginRequest {
  readonly data: { readonly AUTHENTICATOR?: unknown; readonly TOKEN?: unknown };
}

/** Passes everything on to `behind`, but for logins that prove nothing. */
export async function openProvingDoor(behind: string): Promise<ProvingDoor> {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const logins: ProvingDoor["logins"] = [];
  const judge = (body: Buffer): boolean => {
    const { data } = JSON.parse(body.toString()) as LoginRequest;
    const terms = { lifeMs: 3_600_000, nowMs: Date.now(), tickMs: 1 };
    const proved = provesKey(String(data.TOKEN), privateKey, terms);
    logins.push({ authenticator: data.AUTHENTICATOR, proved });
    return proved;
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const plain = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
    if (request.url?.startsWith("/session/v1/login-request") === true && !judge(plain)) {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ success: false, data: null, ...INVALID }));
      return;
    }
    const answer = await fetch(`${behind}${request.url ?? "/"}`, {
      method: request.method ?? "GET",
      headers: passedOn(request),
      ...(plain.length > 0 && { body: plain }),
    });
    const type = answer.headers.get("content-type");
    response.writeHead(answer.status, type === null ? {} : { "content-type": type });
    response.end(Buffer.from(await answer.arrayBuffer()));
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    privateKey,
    logins,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function passedOn({ headers }: IncomingMessage): Record<string, string> {
  const kept = ["authorization", "content-type", "accept", "user-agent"] as const;
  return Object.fromEntries(kept.flatMap((name) => (headers[name] ? [[name, headers[name]]] : [])));
}
