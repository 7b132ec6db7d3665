/** Snowflake's own driver as a transport, where somebody installed it: sessions, and files sent to a stage. */

// https://docs.snowflake.com/en/developer-guide/node-js/nodejs-driver

import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { causeOf, Fault, toFault } from "../../../../base/faults.ts";
import { type Statement, toAnswer } from "./driver-answer.ts";
import { requireTls } from "./http.ts";
import type { Login } from "./key-pair.ts";
import type { Session } from "./sql-api.ts";
import { type Answer, type Running, StatementRefused, type Transport } from "./transport.ts";

/** What of the driver is used. It is no dependency: its own types may not be there. */
interface Driver {
  configure(options: Readonly<Record<string, unknown>>): void;
  createConnection(options: Readonly<Record<string, unknown>>): Connection;
}

interface Connection {
  connect(done: (error: unknown) => void): void;
  execute(options: Execution): Statement;
  destroy(done: (error: unknown) => void): void;
}

interface Execution {
  readonly sqlText: string;
  readonly binds: readonly (string | number | boolean | null)[];
  readonly streamResult: true;
  readonly complete: (error: unknown, statement: Statement) => void;
}

export interface DriverOptions {
  readonly base: string;
  readonly account: string;
  readonly login: Login;
  readonly session: Session;
  /** Tests bring the driver from where they have it. */
  readonly load?: (() => Promise<unknown>) | undefined;
}

const PACKAGE = "snowflake-sdk";
/** Logins cost a round trip or two; a script has a session of its own while it runs. */
const IDLE_MAX = 4;
const TEMPORARY =
  /^\s*CREATE\s+(?:OR\s+REPLACE\s+)?TEMP(?:ORARY)?\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?("(?:[^"]|"")+"|\w+)/i;

/** Throws DRIVER_MISSING, ADDRESS_INVALID, WAREHOUSE_LOGIN where the key cannot be read; nothing is asked yet. */
export async function openDriver(options: DriverOptions): Promise<Transport> {
  requireTls(options.base);
  return new DriverTransport(await loadDriver(options.load), toConnectionOptions(options), options);
}

async function loadDriver(load = (): Promise<unknown> => import(PACKAGE)): Promise<Driver> {
  let loaded: unknown;
  try {
    loaded = await load();
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND") {
      throw new Fault("DRIVER_MISSING", { what: "Snowflake's driver", package: PACKAGE }, thrown);
    }
    throw thrown;
  }
  const { default: inner } = loaded as { default?: Driver };
  const driver = inner ?? (loaded as Driver);
  // It would write a file of its own into the folder it is started in.
  driver.configure({ logLevel: "OFF", additionalLogToConsole: false });
  return driver;
}

function toConnectionOptions(options: DriverOptions): Readonly<Record<string, unknown>> {
  const { base, account, login, session } = options;
  const { database, schema, warehouse, role } = session;
  return {
    account,
    accessUrl: base,
    username: login.user,
    ...secretOf(options),
    database,
    schema,
    ...(warehouse === undefined ? {} : { warehouse }),
    ...(role === undefined ? {} : { role }),
    application: "millrace",
    rowMode: "array",
    // Numbers beyond doubles, and JSON as the text it is.
    fetchAsString: ["Number", "JSON"],
    representNullAsStringNull: false,
    clientSessionKeepAlive: true,
  };
}

function secretOf({ login, account }: DriverOptions): Readonly<Record<string, unknown>> {
  const { user, keyFile, passphrase, token } = login;
  if (token !== undefined) {
    return { authenticator: "PROGRAMMATIC_ACCESS_TOKEN", token };
  }
  if (keyFile === undefined) {
    const cause = "there is neither a private key nor a token";
    throw new Fault("WAREHOUSE_LOGIN", { account, user, cause });
  }
  try {
    const key = createPrivateKey({ key: readFileSync(keyFile), ...(passphrase && { passphrase }) });
    const privateKey = key.export({ type: "pkcs8", format: "pem" });
    return { authenticator: "SNOWFLAKE_JWT", privateKey };
  } catch (thrown) {
    const cause = `the key ${keyFile} cannot be read: ${causeOf(thrown)}`;
    throw new Fault("WAREHOUSE_LOGIN", { account, user, cause });
  }
}

class DriverTransport implements Transport {
  readonly #driver: Driver;
  readonly #given: Readonly<Record<string, unknown>>;
  readonly #options: DriverOptions;
  readonly #idle: Connection[] = [];
  readonly #busy = new Set<Connection>();
  #closed = false;

  constructor(driver: Driver, given: Readonly<Record<string, unknown>>, options: DriverOptions) {
    this.#driver = driver;
    this.#given = given;
    this.#options = options;
  }

  async ask(sql: string, running: Running): Promise<Answer> {
    const connection = await this.#take();
    try {
      const statement = await execute(connection, sql, running);
      // Rows come over what is already there; the session may serve others meanwhile.
      return toAnswer(statement);
    } finally {
      this.#give(connection);
    }
  }

  async script(statements: readonly string[], running: Running): Promise<readonly Answer[]> {
    const connection = await this.#take();
    const left = { timeoutMs: running.timeoutMs, signal: running.signal };
    const until = Date.now() + running.timeoutMs;
    const answers: Answer[] = [];
    let whole = false;
    try {
      for (const sql of statements) {
        const timeoutMs = Math.max(1, until - Date.now());
        answers.push(toAnswer(await execute(connection, sql, { ...left, timeoutMs })));
      }
      whole = true;
      return answers;
    } finally {
      await this.#settle(connection, statements, whole);
    }
  }

  /** A session goes on only as it was before the script; one that will not is ended. */
  async #settle(
    connection: Connection,
    statements: readonly string[],
    whole: boolean,
  ): Promise<void> {
    const made = statements.flatMap((sql) => TEMPORARY.exec(sql)?.[1] ?? []);
    const clean = [
      ...(whole ? [] : ["ROLLBACK"]),
      ...[...new Set(made)].map((name) => `DROP TABLE IF EXISTS ${name}`),
    ];
    try {
      for (const sql of clean) {
        await execute(connection, sql, { timeoutMs: SETTLE_MS });
      }
      this.#give(connection);
    } catch {
      this.#busy.delete(connection);
      await ended(connection);
    }
  }

  async #take(): Promise<Connection> {
    const idle = this.#idle.pop();
    const connection = idle ?? this.#driver.createConnection(this.#given);
    this.#busy.add(connection);
    if (idle === undefined) {
      try {
        await new Promise<void>((resolve, reject) => {
          connection.connect((error) => (error ? reject(error) : resolve()));
        });
        await execute(connection, "ALTER SESSION SET TIMEZONE = 'UTC'", { timeoutMs: SETTLE_MS });
      } catch (thrown) {
        this.#busy.delete(connection);
        await ended(connection);
        throw this.#loginFault(thrown);
      }
    }
    return connection;
  }

  #loginFault(thrown: unknown): unknown {
    const { account, login } = this.#options;
    const { code } = thrown as { code?: unknown };
    // 3901xx and 3903xx are about who logs in; anything else is about the way there.
    return /^39(01|03)/.test(String(code))
      ? new Fault("WAREHOUSE_LOGIN", { account, user: login.user, cause: causeOf(thrown) }, thrown)
      : toFault(thrown, "WAREHOUSE_DOWN");
  }

  #give(connection: Connection): void {
    this.#busy.delete(connection);
    if (this.#closed || this.#idle.length >= IDLE_MAX) {
      void ended(connection);
    } else {
      this.#idle.push(connection);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#idle, ...this.#busy].map(ended));
  }
}

const SETTLE_MS = 30_000;

/** Whatever it says: nobody waits for a session that is given up. */
async function ended(connection: Connection): Promise<void> {
  await new Promise<void>((resolve) => {
    connection.destroy(() => resolve());
  });
}

/** Execution was cancelled, by us or by its time-out. */
const CANCELLED = new Set(["000604", "000630", "604", "630"]);

/** Throws StatementRefused, QUERY_CANCELLED, WAREHOUSE_DOWN. */
function execute(connection: Connection, sqlText: string, running: Running): Promise<Statement> {
  const { params = [], timeoutMs, signal } = running;
  const late = AbortSignal.timeout(timeoutMs);
  const stop = signal === undefined ? late : AbortSignal.any([signal, late]);
  return new Promise((resolve, reject) => {
    if (stop.aborted) {
      reject(new Fault("QUERY_CANCELLED", { ms: timeoutMs }));
      return;
    }
    const onStop = (): void => {
      statement.cancel(() => {});
      reject(new Fault("QUERY_CANCELLED", { ms: timeoutMs }));
    };
    const statement = connection.execute({
      sqlText,
      binds: params.map((cell) => (typeof cell === "bigint" ? String(cell) : cell)),
      streamResult: true,
      complete(error, done) {
        stop.removeEventListener("abort", onStop);
        if (error === undefined || error === null) {
          resolve(done);
        } else {
          reject(toRefusal(error, timeoutMs));
        }
      },
    });
    stop.addEventListener("abort", onStop, { once: true });
  });
}

/** What Snowflake says of a statement has its number and its state; what else goes wrong has not. */
function toRefusal(error: unknown, ms: number): unknown {
  const { code, sqlState, message } = error as {
    code?: unknown;
    sqlState?: unknown;
    message?: unknown;
  };
  const number = (typeof code === "number" || typeof code === "string" ? `${code}` : "").padStart(
    6,
    "0",
  );
  if (CANCELLED.has(number)) {
    return new Fault("QUERY_CANCELLED", { ms }, error);
  }
  return typeof sqlState === "string"
    ? new StatementRefused(String(message), number, sqlState)
    : toFault(error, "WAREHOUSE_DOWN");
}
