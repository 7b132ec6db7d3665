/** What a server of Snowflake's proves of a key pair's token. */

import { createPublicKey, createVerify, type KeyObject } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { fingerprint } from "../../src/stages/warehouse/snowflake/client/key-pair.ts";

export const ACCOUNT = "myorg-acc";
export const USER = "loader";

const INVALID = { code: "390144", message: "JWT token is invalid." };

/** https://docs.snowflake.com/en/developer-guide/sql-api/authenticating: what is wrong with a request's token. */
export function refusedToken(
  request: IncomingMessage,
  key: KeyObject,
  { lifeMs, nowMs }: { readonly lifeMs: number; readonly nowMs: number },
): object | undefined {
  if (request.headers["x-snowflake-authorization-token-type"] !== "KEYPAIR_JWT") {
    return { code: "390101", message: "no token type" };
  }
  const token = (request.headers.authorization ?? "").replace(/^Bearer /, "");
  const [head = "", body = "", signature = ""] = token.split(".");
  const proof = createVerify("sha256").update(`${head}.${body}`);
  if (!proof.verify(createPublicKey(key), Buffer.from(signature, "base64url"))) {
    return INVALID;
  }
  const claims = JSON.parse(Buffer.from(body, "base64url").toString()) as Record<string, unknown>;
  const subject = `${ACCOUNT}.${USER}`.toUpperCase();
  const now = nowMs / 1000;
  const [iat, exp] = [Number(claims["iat"]), Number(claims["exp"])];
  const known = claims["sub"] === subject && claims["iss"] === `${subject}.${fingerprint(key)}`;
  const timely = exp > now && exp - iat <= 3600 && now - iat < lifeMs / 1000;
  return known && timely ? undefined : INVALID;
}
