/** The client of the warehouse against the contract's server, with a key of its own on disk. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, systemClock } from "../../src/base/clock.ts";
import { Http } from "../../src/stages/warehouse/snowflake/client/http.ts";
import { openCredentials } from "../../src/stages/warehouse/snowflake/client/key-pair.ts";
import { openSqlApi } from "../../src/stages/warehouse/snowflake/client/sql-api.ts";
import type { Transport } from "../../src/stages/warehouse/snowflake/client/transport.ts";
import type { ContractServer } from "./contract-server.ts";
import { ACCOUNT, USER } from "./key-proof.ts";

export const PASSPHRASE = "open sesame";

export interface Client extends Disposable {
  readonly transport: Transport;
  readonly http: Http;
  /** Waits between attempts, in their order; nobody really waits. */
  readonly waits: number[];
  readonly keyFile: string;
}

export function openClient(server: ContractServer, clock: Clock = systemClock): Client {
  const folder = mkdtempSync(join(tmpdir(), "millrace-snowflake-"));
  const keyFile = join(folder, "key.p8");
  const sealed = { cipher: "aes-256-cbc", passphrase: PASSPHRASE } as const;
  writeFileSync(keyFile, server.privateKey.export({ type: "pkcs8", format: "pem", ...sealed }));
  const waits: number[] = [];
  const login = { user: USER, keyFile, passphrase: PASSPHRASE, token: undefined };
  const http = new Http({
    base: server.base,
    account: ACCOUNT,
    user: USER,
    credentials: openCredentials(login, ACCOUNT, clock),
    sleep: async (ms) => void waits.push(ms),
  });
  const session = { database: "MARKET", schema: "RAW", warehouse: "WH", role: "LOADER" };
  const close = (): void => rmSync(folder, { recursive: true, force: true });
  return { transport: openSqlApi(http, session), http, waits, keyFile, [Symbol.dispose]: close };
}
