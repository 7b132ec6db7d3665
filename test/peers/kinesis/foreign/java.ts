/** Java programs of a test: compiled against what was installed, run beside it, ended by pid; and TLS for them. */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { connect, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import { createServer } from "node:tls";
import { Fault } from "../../../../src/base/faults.ts";
import { PEER_PATHS } from "../../catalogue.ts";
import { PEER_KEYS } from "../../processes.ts";

const PASSWORD = "changeit";
const SAID_MAX = 20_000;

export interface Java {
  /** A folder of the test's own, also for what libraries unpack. */
  readonly folder: string;
  readonly classPath: string;
}

export function compileJava(folder: string): Java {
  const libraries = PEER_PATHS.kinesisLibraries;
  const sources = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".java"));
  const paths = sources.map((name) => join(import.meta.dirname, name));
  runToEnd("javac", ["-cp", libraries, "-d", folder, ...paths]);
  return { folder, classPath: `${folder}:${libraries}` };
}

export interface Program extends AsyncDisposable {
  /** Its exit code, once it has one. */
  readonly ended: Promise<number | null>;
  /** The end of what it said. */
  readonly said: () => string;
  kill(): Promise<void>;
}

export function startJava(
  { folder, classPath }: Java,
  main: string,
  args: readonly string[],
): Program {
  const quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn";
  // A group of its own: the producer has a process below it.
  const options = ["-Xmx256m", quiet, `-Djava.io.tmpdir=${folder}`, "-cp", classPath];
  const child = spawn("java", [...options, main, ...args], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...PEER_KEYS },
  });
  let said = "";
  const hear = (chunk: Buffer): void => void (said = (said + chunk.toString()).slice(-SAID_MAX));
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const ended = once(child, "close").then(() => child.exitCode);
  const kill = async (): Promise<void> => {
    endGroup(child);
    await ended;
  };
  return { ended, said: () => said, kill, [Symbol.asyncDispose]: kill };
}

function endGroup({ pid }: ChildProcess): void {
  try {
    process.kill(-Number(pid), "SIGKILL");
  } catch {
    // The whole group has ended by itself.
  }
}

/** TLS before a port that speaks plainly, for a client that knows nothing else. */
export async function openTls(
  folder: string,
  port: number,
): Promise<AsyncDisposable & { readonly port: number }> {
  const store = join(folder, "tls.p12");
  const key = ["-genkeypair", "-keyalg", "RSA", "-dname", "CN=127.0.0.1", "-alias", "door"];
  runToEnd("keytool", [...key, "-storetype", "PKCS12", "-keystore", store, "-storepass", PASSWORD]);
  const sockets = new Set<Socket>();
  const server = createServer({ pfx: readFileSync(store), passphrase: PASSWORD }, (outer) => {
    const inner = connect(port, "127.0.0.1");
    for (const [socket, other] of [
      [outer, inner],
      [inner, outer],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => sockets.delete(socket));
      socket.pipe(other);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) {
        socket.destroy();
      }
      server.close();
      await once(server, "close");
    },
  };
}

function runToEnd(command: string, args: readonly string[]): void {
  const { status, error, stderr } = spawnSync(command, args, { timeout: 120_000 });
  if (status !== 0) {
    throw new Fault("USAGE", { cause: `${command}: ${error?.message ?? stderr.toString()}` });
  }
}
