/** Java programs of a test: compiled against what was installed and run beside it; and TLS for them. */

import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { connect, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import { createServer } from "node:tls";
import { PEER_PATHS } from "../../catalogue.ts";
import { type Program, runToEnd, startProgram } from "./program.ts";

const PASSWORD = "changeit";

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

export function startJava(
  { folder, classPath }: Java,
  main: string,
  args: readonly string[],
): Program {
  const quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn";
  const options = ["-Xmx256m", quiet, `-Djava.io.tmpdir=${folder}`, "-cp", classPath];
  return startProgram("java", [...options, main, ...args]);
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
