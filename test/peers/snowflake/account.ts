/** A database of its own in the emulator, whose stage is a folder; every statement is written down on its way there. */

import { Http } from "../../../src/stages/warehouse/snowflake/client/http.ts";
import { openSqlApi } from "../../../src/stages/warehouse/snowflake/client/sql-api.ts";
import type { Transport } from "../../../src/stages/warehouse/snowflake/client/transport.ts";
import { openWarehouse } from "../../../src/stages/warehouse/index.ts";
import { stageWay } from "../../../src/stages/warehouse/snowflake/load/way.ts";
import { openTables } from "../../../src/stages/warehouse/snowflake/open.ts";
import type { Warehouse } from "../../../src/stages/warehouse/warehouse.ts";

export const OWNER = { id: "folder-1", path: "/data on here" };
const RUNNING = { timeoutMs: 240_000 };

export interface Account {
  readonly transport: Transport;
  /** Statements in the order in which they were said. */
  readonly said: string[];
  open(owner?: { readonly id: string; readonly path: string }): Promise<Warehouse>;
}

export async function openAccount(url: string, database: string, lake: string): Promise<Account> {
  const credentials = {
    current: () => ({ token: "any", kind: "PROGRAMMATIC_ACCESS_TOKEN" }) as const,
    renew: () => false,
  };
  const http = new Http({ base: url, account: "emulated", user: "loader", credentials });
  const session = { database, schema: "PUBLIC", warehouse: undefined, role: undefined };
  const api = openSqlApi(http, session);
  const said: string[] = [];
  const transport: Transport = {
    ask: (sql, running) => {
      said.push(sql);
      return api.ask(sql, running);
    },
    script: (statements, running) => {
      said.push(...statements);
      return api.script(statements, running);
    },
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
  await api.ask(`CREATE STAGE IF NOT EXISTS LAKE URL = 'file://${lake}/'`, RUNNING);
  const address = `snowflake://emulated/${database}/PUBLIC`;
  const way = stageWay({ stage: "LAKE", integration: undefined, url: undefined }, address);
  const open: Account["open"] = async (owner = OWNER) => {
    const reader = await openWarehouse({ readable: [lake], threads: 1 });
    return openTables({ transport, address, owner, way, reader });
  };
  return { transport, said, open };
}
