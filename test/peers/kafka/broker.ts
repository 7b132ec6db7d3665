/** A real broker of Apache Kafka as a process of a test: it may be killed and started again on the same data. */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Fault } from "../../../src/base/faults.ts";
import { PEER_PATHS } from "../catalogue.ts";

const START_MS = 90_000;
const CLUSTER = "MkU3OEVBNTcwNTJENDM2Qk";
const HEAP = [
  "-Xms256m",
  "-Xmx512m",
  "-XX:+UseSerialGC",
  "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
];

const LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required";
export const READER = { username: "reader", password: "reader-secret" } as const;

export class Broker implements AsyncDisposable {
  readonly address: string;
  /** Behind TLS, for who knows the password. */
  readonly safeAddress: string;
  /** File of the certificate that is to be trusted there. */
  readonly certificate: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "millrace-kafka-"));
  readonly #port: number;
  #child: ChildProcess | undefined;
  #said = "";

  private constructor([port, controller, safe]: readonly [number, number, number]) {
    this.#port = port;
    this.address = `127.0.0.1:${port}`;
    this.safeAddress = `127.0.0.1:${safe}`;
    this.certificate = join(this.#folder, "certificate.pem");
    const store = join(this.#folder, "store.pem");
    makeCertificate(store, this.certificate);
    const lines = [
      "process.roles=broker,controller",
      "node.id=1",
      `controller.quorum.voters=1@127.0.0.1:${controller}`,
      `listeners=PLAINTEXT://127.0.0.1:${port},SAFE://127.0.0.1:${safe},CONTROLLER://127.0.0.1:${controller}`,
      `advertised.listeners=PLAINTEXT://127.0.0.1:${port},SAFE://127.0.0.1:${safe}`,
      "controller.listener.names=CONTROLLER",
      "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SAFE:SASL_SSL",
      "listener.name.safe.ssl.keystore.type=PEM",
      `listener.name.safe.ssl.keystore.location=${store}`,
      "listener.name.safe.sasl.enabled.mechanisms=PLAIN",
      `listener.name.safe.plain.sasl.jaas.config=${LOGIN} user_${READER.username}="${READER.password}";`,
      `log.dirs=${join(this.#folder, "logs")}`,
      "num.partitions=6",
      "offsets.topic.replication.factor=1",
      "offsets.topic.num.partitions=4",
      "transaction.state.log.replication.factor=1",
      "transaction.state.log.min.isr=1",
      "group.initial.rebalance.delay.ms=0",
      "auto.create.topics.enable=false",
    ];
    writeFileSync(this.#file, `${lines.join("\n")}\n`);
  }

  static async start(): Promise<Broker> {
    const broker = new Broker([await freePort(), await freePort(), await freePort()]);
    const format = ["kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", broker.#file];
    const { status, stderr } = spawnSync("java", [...HEAP, "-cp", PEER_PATHS.kafka, ...format]);
    if (status !== 0) {
      throw new Fault("USAGE", { cause: stderr.toString().slice(-2000), command: "java" });
    }
    await broker.revive();
    return broker;
  }

  get #file(): string {
    return join(this.#folder, "server.properties");
  }

  /** Starts it on the data that it has. */
  async revive(): Promise<void> {
    const child = spawn("java", [...HEAP, "-cp", PEER_PATHS.kafka, "kafka.Kafka", this.#file]);
    this.#child = child;
    for (const pipe of [child.stdout, child.stderr]) {
      pipe.on(
        "data",
        (chunk: Buffer) => (this.#said = (this.#said + chunk.toString()).slice(-4000)),
      );
    }
    const until = Date.now() + START_MS;
    while (!(await takesConnections(this.#port))) {
      if (child.exitCode !== null || Date.now() > until) {
        throw new Fault("USAGE", { cause: `Kafka did not start: ${this.#said}`, command: "java" });
      }
      await pause(100);
    }
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
      return;
    }
    const ended = new Promise((resolve) => {
      child.once("exit", resolve);
    });
    child.kill("SIGKILL");
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** Key and certificate of this machine's own address, together as the broker wants them. */
function makeCertificate(store: string, certificate: string): void {
  const key = `${store}.key`;
  const about = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"];
  const files = ["-keyout", key, "-out", certificate];
  const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...about, ...files];
  const { status, stderr } = spawnSync("openssl", args);
  if (status !== 0) {
    throw new Fault("USAGE", { cause: stderr.toString(), command: "openssl" });
  }
  writeFileSync(store, readFileSync(key, "utf8") + readFileSync(certificate, "utf8"));
}

function takesConnections(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, "127.0.0.1");
  socket.once("connect", () => resolve(true));
  socket.once("error", () => resolve(false));
  return promise.finally(() => socket.destroy());
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
