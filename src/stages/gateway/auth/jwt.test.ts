/** Tokens of an issuer that runs here: good ones are let in, and every known way to forge one is not. */

import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type JWK } from "jose";
import { expect, onTestFinished, test } from "vitest";
import { toInstant } from "../../../base/clock.ts";
import { Fault } from "../../../base/faults.ts";
import type { JwtDefinition } from "../../../define/access.ts";
import { openTokenJudge } from "./jwt.ts";

const ISSUER = "https://issuer.example";
const AUDIENCE = "millrace";

async function setUp(more: Partial<JwtDefinition> = {}) {
  const pair = await generateKeyPair("ES256", { extractable: true });
  const state = { keys: [] as JWK[], asked: 0, status: 200, body: undefined as string | undefined };
  state.keys = [{ ...(await exportJWK(pair.publicKey)), kid: "one", alg: "ES256" }];
  const server = createServer((_request, response) => {
    state.asked += 1;
    response.writeHead(state.status, {
      "content-type": "application/json",
      location: "/elsewhere",
    });
    response.end(state.body ?? JSON.stringify({ keys: state.keys }));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  const jwks = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  const time = { now: Date.now() };
  const clock = { now: () => toInstant(time.now) };
  const judge = openTokenJudge({ issuer: ISSUER, audience: AUDIENCE, jwks, ...more }, { clock });
  const sign = (claims: Record<string, unknown> = {}, kid = "one", key = pair.privateKey) => {
    const all = {
      iss: ISSUER,
      aud: AUDIENCE,
      sub: "ann",
      exp: time.now / 1000 + 300,
      scope: "ingest",
      ...claims,
    };
    return new SignJWT(all).setProtectedHeader({ alg: "ES256", kid }).sign(key);
  };
  const codeOf = async (token: string): Promise<string> => {
    try {
      await judge.admit(token);
      return "admitted";
    } catch (thrown) {
      return thrown instanceof Fault ? thrown.code : String(thrown);
    }
  };
  return { pair, state, time, judge, sign, codeOf };
}

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function raw(header: unknown, claims: unknown, signature = ""): string {
  return `${part(header)}.${part(claims)}.${signature}`;
}

test("a good token is let in by its scopes, and the second time without a wait", async () => {
  const { judge, sign, state } = await setUp();
  const token = await sign({ scope: "openid millrace:read:prices ingest other:thing" });
  expect(judge.looksLikeOne(token)).toBe(true);
  const { caller } = await judge.admit(token);
  expect([caller.name, caller.scopes]).toEqual(["jwt:ann", ["read:prices", "ingest"]]);
  expect(judge.admit(token)).not.toBeInstanceOf(Promise);
  expect(state.asked).toBe(1);
});

test("claims become scopes by a claim's name or a function", async () => {
  const byName = await setUp({ scopes: "roles" });
  const { caller } = await byName.judge.admit(await byName.sign({ roles: ["admin", 7, "x"] }));
  expect(caller.scopes).toEqual(["admin"]);
  const byFunction = await setUp({
    scopes: (claims) => (claims["team"] === "ops" ? ["admin"] : []),
  });
  expect(
    (await byFunction.judge.admit(await byFunction.sign({ team: "ops" }))).caller.allows("admin"),
  ).toBe(true);
  expect(
    (await byFunction.judge.admit(await byFunction.sign({ team: "x" }))).caller.scopes,
  ).toEqual([]);
});

test("forged, foreign, late and unsigned tokens are refused", async () => {
  const { pair, sign, codeOf, time } = await setUp();
  const other = await generateKeyPair("ES256");
  const claims = {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: "eve",
    exp: time.now / 1000 + 300,
    scope: "admin",
  };
  const good = await sign();
  const [head = "", , tail = ""] = good.split(".");
  const pem = await exportSPKI(pair.publicKey);
  const bare = raw({ alg: "HS256", kid: "one" }, claims);
  const signed = bare.slice(0, -1);
  const confused = `${signed}.${createHmac("sha256", pem).update(signed).digest("base64url")}`;
  const forged: Record<string, string> = {
    "another's key": await sign({}, "one", other.privateKey),
    "another issuer": await sign({ iss: "https://evil.example" }),
    "another audience": await sign({ aud: "somebody" }),
    expired: await sign({ exp: time.now / 1000 - 60 }),
    "no expiry": await sign({ exp: undefined }),
    "not yet": await sign({ nbf: time.now / 1000 + 60 }),
    none: raw({ alg: "none" }, claims),
    "none with a kid": raw({ alg: "None", kid: "one" }, claims),
    "the public key as an HMAC secret": confused,
    "other claims": `${head}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.${tail}`,
    "a key it brings along": raw(
      { alg: "ES256", jwk: await exportJWK(other.publicKey) },
      claims,
      tail,
    ),
    "a critical extension": raw(
      { alg: "ES256", kid: "one", crit: ["b64"], b64: false },
      claims,
      tail,
    ),
    "no JSON": "aaaa.bbbb.cccc",
  };
  for (const [name, token] of Object.entries(forged)) {
    expect([name, await codeOf(token)]).toEqual([name, "TOKEN_REFUSED"]);
  }
  expect(await codeOf(good)).toBe("admitted");
});

test("however many unknown keys are named, the issuer is asked once; a new key of its own is found", async () => {
  const { sign, codeOf, state } = await setUp();
  expect(await codeOf(await sign())).toBe("admitted");
  const storm = await Promise.all(
    Array.from({ length: 50 }, (_none, n) => sign({}, `unknown-${n}`)),
  );
  expect(new Set(await Promise.all(storm.map(codeOf)))).toEqual(new Set(["TOKEN_REFUSED"]));
  expect(state.asked).toBeLessThanOrEqual(2);
});

test("an issuer that is away, redirects, or talks without end is no answer, and is left alone a while", async () => {
  const { sign, codeOf, state, time } = await setUp();
  const token = await sign();
  state.status = 500;
  expect(await codeOf(token)).toBe("JWKS_UNREACHABLE");
  expect(await codeOf(token)).toBe("JWKS_UNREACHABLE");
  expect(state.asked).toBe(1);
  time.now += 6000;
  state.status = 302;
  expect(await codeOf(token)).toBe("JWKS_UNREACHABLE");
  time.now += 6000;
  state.status = 200;
  state.body = "x".repeat(300_000);
  expect(await codeOf(token)).toBe("JWKS_UNREACHABLE");
  time.now += 6000;
  state.body = undefined;
  expect(await codeOf(token)).toBe("admitted");
});

test("a token proved once is refused when its time is over", async () => {
  const { sign, codeOf, time } = await setUp();
  const token = await sign();
  expect(await codeOf(token)).toBe("admitted");
  time.now += 310_000;
  expect(await codeOf(token)).toBe("TOKEN_REFUSED");
});

test("after a clock that was wrong is set right, a new key of the issuer is found, and a proof does not outlive its time", async () => {
  const { time, sign, state, pair, codeOf } = await setUp();
  time.now += 86_400_000;
  const early = await sign({ exp: time.now / 1000 + 300 });
  expect(await codeOf(early)).toBe("admitted");
  time.now -= 86_400_000;
  state.keys = [{ ...(await exportJWK(pair.publicKey)), kid: "two", alg: "ES256" }];
  expect(await codeOf(await sign({}, "two"))).toBe("admitted");
  expect(await codeOf(early)).toBe("TOKEN_REFUSED");
  expect(state.asked).toBe(2);
});

test("a subject's limits hold over all its tokens, and are its own", async () => {
  const { time, judge, sign, codeOf } = await setUp({ limits: { rate: 1, burst: 2, daily: 3 } });
  const [ann, again, bob] = [await sign(), await sign({ jti: "2" }), await sign({ sub: "bob" })];
  expect(await codeOf(ann)).toBe("admitted");
  const { headers } = await judge.admit(again);
  expect(headers?.join(" ")).toMatch(/RateLimit "burst";r=0/);
  expect(await codeOf(ann)).toBe("RATE_LIMITED");
  expect(await codeOf(again)).toBe("RATE_LIMITED");
  expect(await codeOf(bob)).toBe("admitted");
  time.now += 1000;
  expect(await codeOf(ann)).toBe("admitted");
  time.now += 1000;
  expect(await codeOf(ann)).toBe("QUOTA_SPENT");
});
