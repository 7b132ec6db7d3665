/** Snowflake's own driver logs in by a key pair: what it sends proves the key, and a login that does not is told as such. */

import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openDriver } from "../../../src/stages/warehouse/snowflake/client/driver.ts";
import {
  rowsOf,
  type Transport,
} from "../../../src/stages/warehouse/snowflake/client/transport.ts";
import { ACCOUNT, USER } from "../../snowflake/key-proof.ts";
import { PEER_PATHS } from "../catalogue.ts";
import { type Peer, startFakesnowForDriver } from "../processes.ts";
import { openProvingDoor, type ProvingDoor } from "./proving-door.ts";

const PASSPHRASE = "only here";
const folder = mkdtempSync(join(tmpdir(), "millrace-driver-login-"));
let peer: Peer;
let door: ProvingDoor;

beforeAll(async () => {
  peer = await startFakesnowForDriver();
  door = await openProvingDoor(peer.url);
});

afterAll(async () => {
  await door?.[Symbol.asyncDispose]();
  await peer?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function open(key: string | Buffer, passphrase?: string): Promise<Transport> {
  const keyFile = join(folder, "key.p8");
  writeFileSync(keyFile, key);
  return await openDriver({
    base: door.base,
    account: ACCOUNT,
    login: { user: USER, token: undefined, keyFile, passphrase },
    session: { database: "D", schema: "S", warehouse: undefined, role: undefined },
    load: () => import(pathToFileURL(PEER_PATHS.driverModule).href),
  });
}

it.each([
  ["plain", {}],
  ["encrypted", { cipher: "aes-256-cbc", passphrase: PASSPHRASE }],
] as const)("with a key that is %s", async (_how, secret) => {
  door.logins.length = 0;
  const key = door.privateKey.export({ type: "pkcs8", format: "pem", ...secret });
  await using driver = await open(key, "passphrase" in secret ? PASSPHRASE : undefined);
  const answer = await driver.ask("SELECT 1 AS A", { timeoutMs: 60_000 });
  expect(await rowsOf(answer)).toEqual([[1]]);
  expect(door.logins).toEqual([{ authenticator: "SNOWFLAKE_JWT", proved: true }]);
});

it("with a key that is not the user's: told as a login, once, with Snowflake's words", async () => {
  door.logins.length = 0;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  await using driver = await open(privateKey.export({ type: "pkcs8", format: "pem" }));
  await expect(driver.ask("SELECT 1", { timeoutMs: 60_000 })).rejects.toMatchObject({
    code: "WAREHOUSE_LOGIN",
    message: expect.stringContaining("JWT token is invalid"),
  });
  expect(door.logins.every(({ proved }) => !proved)).toBe(true);
});
