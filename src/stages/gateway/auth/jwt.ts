/** Tokens of an issuer (JWT by JWKS): issuer, audience and algorithms pinned, keys fetched within bounds, claims → scopes. */

import type { errors as Errors, JWTPayload, JWTVerifyGetKey } from "jose";
import type { Clock } from "../../../base/clock.ts";
import { causeOf, Fault } from "../../../base/faults.ts";
import type { JwtDefinition } from "../../../define/access.ts";
import type { Admission } from "../../../seams/caller.ts";
import { isScope, SCOPES_MAX, toCaller } from "./callers.ts";
import { hashOf } from "./keys/secrets.ts";
import { SubjectAllowances } from "./subject-allowances.ts";

export interface TokenJudge {
  looksLikeOne(text: string): boolean;
  /** Throws TOKEN_REFUSED, JWKS_UNREACHABLE, RATE_LIMITED, QUOTA_SPENT. */
  admit(token: string): Admission | Promise<Admission>;
}

/** With a private and a public key: a token signed with the public key as an HMAC secret is none. */
const ALGORITHMS_DEFAULT = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"];
const SKEW_S = 5;
const JWKS_BYTES_MAX = 262_144;
const JWKS_MS_MAX = 5000;
/** However many tokens name keys that are unknown, the issuer is asked once in this time. */
const COOLDOWN_MS = 30_000;
const JWKS_AGE_MS_MAX = 600_000;
const PROVED_MAX = 10_000;

type Fetch = typeof fetch;

export function openTokenJudge(
  jwt: JwtDefinition,
  world: { readonly clock: Clock; readonly fetch?: Fetch },
): TokenJudge {
  const { clock } = world;
  const ready = once(() => loadJudge(jwt, world));
  const allowances =
    jwt.limits === undefined ? undefined : new SubjectAllowances(jwt.limits, clock);
  /** By the hash of the token, so that no token is kept; oldest first. */
  const proved = new Map<string, { readonly admission: Admission; readonly until: number }>();

  async function prove(token: string, name: string): Promise<Admission> {
    const claims = await verify(token);
    const scopes = scopesOf(claims, jwt);
    const named = [claims.sub, claims["client_id"]].find((one) => typeof one === "string");
    const subject = (named ?? "nobody").slice(0, 128);
    const caller = { ...toCaller(`jwt:${subject}`, scopes), ended: endOf(claims, clock) };
    const admission: Admission = { caller, headers: undefined };
    const oldest = proved.keys().next();
    if (proved.size >= PROVED_MAX && oldest.done !== true) {
      proved.delete(oldest.value);
    }
    // The issuer may take a key back: what was proved is proved again when its keys are.
    const until = Math.min((claims.exp ?? 0) * 1000, clock.now() + JWKS_AGE_MS_MAX);
    proved.set(name, { admission, until });
    return admission;
  }

  function admit(admission: Admission): Admission {
    return allowances === undefined ? admission : allowances.take(admission);
  }

  async function verify(token: string): Promise<JWTPayload> {
    const { jwks, errors, jwtVerify } = await ready();
    try {
      const { payload } = await jwtVerify(token, jwks, {
        issuer: jwt.issuer,
        audience: jwt.audience as string | string[],
        algorithms: [...(jwt.algorithms ?? ALGORITHMS_DEFAULT)],
        clockTolerance: SKEW_S,
        currentDate: new Date(clock.now()),
        requiredClaims: ["exp"],
      });
      return payload;
    } catch (thrown) {
      throw toRefusal(thrown, errors);
    }
  }

  return {
    looksLikeOne: (text) => text.length <= 8192 && /^[\w-]+\.[\w-]+\.[\w-]*$/.test(text),
    admit: (token) => {
      const name = hashOf(token).toString("base64");
      const known = proved.get(name);
      const left = (known?.until ?? 0) - clock.now();
      // More is left than there ever was where the clock has been set back since.
      if (known !== undefined && left > 0 && left <= JWKS_AGE_MS_MAX) {
        return admit(known.admission);
      }
      proved.delete(name);
      return prove(token, name).then(admit);
    },
  };
}

function endOf({ exp = 0 }: JWTPayload, clock: Clock): () => boolean {
  return () => clock.now() >= (exp + SKEW_S) * 1000;
}

/** With the first token: a pipeline that meets none never loads what judges them. */
async function loadJudge(
  { jwks: address }: JwtDefinition,
  world: { readonly clock: Clock; readonly fetch?: Fetch },
) {
  const { createRemoteJWKSet, customFetch, errors, jwtVerify } = await import("jose");
  const { clock } = world;
  let judgedAt = -Infinity;
  const remote = createRemoteJWKSet(new URL(address), {
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: JWKS_AGE_MS_MAX,
    timeoutDuration: JWKS_MS_MAX,
    [customFetch]: boundedFetch(world.fetch ?? fetch, clock),
  });
  const jwks: JWTVerifyGetKey = async (header, token) => {
    // Keys that were fetched in the future would be new, and not asked for again, until the clock has caught up.
    const wasSetBack = judgedAt > clock.now();
    judgedAt = clock.now();
    await (wasSetBack ? remote.reload() : undefined);
    return await remote(header, token);
  };
  return { jwks, errors, jwtVerify };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

function toRefusal(thrown: unknown, errors: typeof Errors): Fault {
  if (thrown instanceof Fault) {
    return thrown;
  }
  if (thrown instanceof errors.JWKSNoMatchingKey) {
    return new Fault("TOKEN_REFUSED", { cause: "no key of the issuer signed it" });
  }
  if (thrown instanceof errors.JWTExpired) {
    return new Fault("TOKEN_REFUSED", { cause: "it has expired" });
  }
  if (thrown instanceof errors.JWTClaimValidationFailed) {
    return new Fault("TOKEN_REFUSED", { cause: `its claim ${thrown.claim} does not hold` });
  }
  if (thrown instanceof errors.JOSEAlgNotAllowed) {
    return new Fault("TOKEN_REFUSED", { cause: "its algorithm is not allowed" });
  }
  if (thrown instanceof errors.JWSSignatureVerificationFailed) {
    return new Fault("TOKEN_REFUSED", { cause: "its signature does not hold" });
  }
  if (thrown instanceof errors.JWKSTimeout || thrown instanceof errors.JWKSInvalid) {
    return new Fault("JWKS_UNREACHABLE", { cause: thrown.message }, thrown);
  }
  if (thrown instanceof errors.JOSEError) {
    return new Fault("TOKEN_REFUSED", { cause: "it is not well formed" });
  }
  return new Fault("JWKS_UNREACHABLE", { cause: causeOf(thrown) }, thrown);
}

function scopesOf(claims: JWTPayload, { scopes = "scope" }: JwtDefinition): readonly string[] {
  let given: unknown;
  try {
    given = typeof scopes === "function" ? scopes(claims) : claims[scopes];
  } catch (thrown) {
    throw new Fault("TOKEN_REFUSED", {
      cause: `access.jwt.scopes failed on it: ${causeOf(thrown)}`,
    });
  }
  const text = typeof given === "string" ? given.split(" ") : [];
  const list: unknown[] = Array.isArray(given) ? given : text;
  // Scopes of other services are not ours to judge.
  return list
    .map((scope) => String(scope).replace(/^millrace:/, ""))
    .filter(isScope)
    .slice(0, SCOPES_MAX);
}

/** An issuer that fails is left alone for a moment, and one that answers without end is cut off. */
function boundedFetch(
  ask: Fetch,
  clock: Clock,
): (url: string, options: RequestInit) => Promise<Response> {
  let failedAt = -Infinity;
  return async (url, options) => {
    if (Math.abs(clock.now() - failedAt) < JWKS_MS_MAX) {
      throw new Fault("JWKS_UNREACHABLE", { cause: "it failed a moment ago" });
    }
    try {
      const answer = await ask(url, { ...options, redirect: "error" });
      const bytes = await readBounded(answer);
      if (answer.status !== 200) {
        throw new Fault("JWKS_UNREACHABLE", { cause: `it answered ${answer.status}` });
      }
      return new Response(bytes, { status: 200, headers: { "content-type": "application/json" } });
    } catch (thrown) {
      failedAt = clock.now();
      throw thrown instanceof Fault
        ? thrown
        : new Fault("JWKS_UNREACHABLE", { cause: causeOf(thrown) }, thrown);
    }
  };
}

async function readBounded(answer: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.length;
    if (bytes > JWKS_BYTES_MAX) {
      throw new Fault("JWKS_UNREACHABLE", { cause: `more than ${JWKS_BYTES_MAX} bytes` });
    }
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
