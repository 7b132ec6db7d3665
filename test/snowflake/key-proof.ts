/** What a server of Snowflake's proves of a key pair's token. */

import { createPublicKey, createVerify, type KeyObject } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { fingerprint } from "../../src/stages/warehouse/snowflake/client/key-pair.ts";

export const ACCOUNT = "myorg-acc";
export const USER = "loader";

export const INVALID = { code: "390144", message: "JWT token is invalid." };

/** https://docs.snowflake.com/en/developer-guide/sql-api/authenticating: what is wrong with a request's token. */
export function refusedToken(
  request: IncomingMessage,
  key: KeyObject,
  terms: Omit<TokenTerms, "tickMs">,
): object | undefined {
  if (request.headers["x-snowflake-authorization-token-type"] !== "KEYPAIR_JWT") {
    return { code: "390101", message: "no token type" };
  }
  const token = (request.headers.authorization ?? "").replace(/^Bearer /, "");
  return provesKey(token, key, { ...terms, tickMs: 1000 }) ? undefined : INVALID;
}

export interface TokenTerms {
  readonly lifeMs: number;
  readonly nowMs: number;
  /** What a token's times count, 1000 where they are seconds: those of Snowflake's Node driver are milliseconds. */
  readonly tickMs: number;
}

/** Whether a token was signed with the key, in the user's name, for a time that Snowflake allows. */
export function provesKey(token: string, key: KeyObject, terms: TokenTerms): boolean {
  const [head = "", body = "", signature = ""] = token.split(".");
  const proof = createVerify("sha256").update(`${head}.${body}`);
  if (!proof.verify(createPublicKey(key), Buffer.from(signature, "base64url"))) {
    return false;
  }
  const claims = JSON.parse(Buffer.from(body, "base64url").toString()) as Record<string, unknown>;
  const subject = `${ACCOUNT}.${USER}`.toUpperCase();
  const { lifeMs, nowMs, tickMs } = terms;
  const [iat = 0, exp = 0] = ["iat", "exp"].map((name) => Number(claims[name]) * tickMs);
  const known = claims["sub"] === subject && claims["iss"] === `${subject}.${fingerprint(key)}`;
  const timely = exp > nowMs && exp - iat <= 3_600_000 && nowMs - iat < lifeMs;
  return known && timely;
}
