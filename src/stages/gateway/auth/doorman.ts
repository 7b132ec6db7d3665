/** Who stands at the door: a request's key, token or cookie becomes its caller. */

import { Fault } from "../../../base/faults.ts";
import { isLoopback } from "../../../base/loopback.ts";
import type { Admission, Authenticator, RequestHead } from "../../../seams/caller.ts";
import { isOwn } from "../origin.ts";
import { LOCAL, NOBODY, OTHER_SITE } from "./callers.ts";
import type { KeyStore } from "./keys/store.ts";
import { keyIdOf } from "./keys/secrets.ts";
import type { Sessions } from "./sessions.ts";
import type { TokenJudge } from "./jwt.ts";

export interface DoormanOptions {
  readonly keys: KeyStore;
  readonly sessions: Sessions;
  /** Judges the tokens of an issuer; undefined where none is trusted. */
  readonly tokens: TokenJudge | undefined;
  /** Whether only who shows a key comes in, also from this machine. */
  readonly everyone: boolean;
  /** Whether a request from elsewhere needs a key; this machine's own do not, unless `everyone`. */
  readonly required: boolean;
  /** Name of the session's cookie; ports of one host share their cookies, so it names the port. */
  readonly cookie: () => string;
}

export function openDoorman(options: DoormanOptions): Authenticator {
  const { keys, sessions, tokens, everyone } = options;
  const required = options.required || everyone;

  function admitNamed(shown: string): Admission | Promise<Admission> {
    if (keyIdOf(shown) !== undefined) {
      return keys.admit(shown);
    }
    if (tokens?.looksLikeOne(shown) === true) {
      return tokens.admit(shown);
    }
    throw new Fault("KEY_REFUSED");
  }

  function admitUnnamed(request: RequestHead): Admission {
    const { cookie, origin, host } = request.headers;
    const token = cookie === undefined ? undefined : cookieOf(cookie, options.cookie());
    const keyId = token === undefined ? undefined : sessions.keyOf(token);
    if (token !== undefined && keyId !== undefined) {
      const { caller, headers } = keys.admitAgain(keyId);
      const ended = (): boolean => sessions.keyOf(token) === undefined;
      return { caller: { ...caller, ended }, headers };
    }
    if (everyone || (required && !isLocal(request))) {
      return NOBODY;
    }
    // Of other sites' pages only those come so far that the settings allow.
    return origin === undefined || isOwn(origin, host) ? LOCAL : OTHER_SITE;
  }

  return {
    required,
    admit: (request) => {
      const shown = shownBy(request, required || tokens !== undefined);
      return shown === undefined ? admitUnnamed(request) : admitNamed(shown);
    },
  };
}

/** The key or token that a request shows. Where nobody is asked for one, only what is ours for sure counts. */
function shownBy({ headers }: RequestHead, strict: boolean): string | undefined {
  const { authorization, "x-api-key": apiKey } = headers;
  if (apiKey !== undefined) {
    return String(apiKey);
  }
  if (authorization === undefined || !/^bearer /i.test(authorization)) {
    return undefined;
  }
  const token = authorization.slice(7).trim();
  return strict || token.startsWith("mr_") ? token : undefined;
}

/** What a proxy adds: behind one, everybody seems to be of this machine. */
const PROXIED = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/** Whether a request surely was made on this machine: by its address, by the name it asks for, and by no proxy. */
function isLocal({ headers, socket }: RequestHead): boolean {
  const address = (socket.remoteAddress ?? "").replace(/^::ffff:/, "");
  const name = (headers.host ?? "").replace(/:\d{1,5}$/, "");
  return (
    isLoopback(address) &&
    isLoopback(name) &&
    PROXIED.every((header) => headers[header] === undefined)
  );
}

/** The value of one cookie. */
export function cookieOf(header: string, name: string): string | undefined {
  for (const pair of header.split(";")) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === name) {
      return pair.slice(at + 1).trim();
    }
  }
  return undefined;
}
