/** A real broker of Apache Kafka as a process of a test: it may be killed and started again on the same data. */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Fault } from "../../../src/base/faults.ts";
import { PEER_PATHS } from "../catalogue.ts";

const START_MS = 240_000;
const CLUSTER = "MkU3OEVBNTcwNTJENDM2Qk";
const HEAP = [
  "-Xms256m",
  "-Xmx512m",
  "-XX:+UseSerialGC",
  "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
];

const MODULES = "org.apache.kafka.common.security";
const PLAIN_LOGIN = `${MODULES}.plain.PlainLoginModule required`;
const SCRAM_LOGIN = `${MODULES}.scram.ScramLoginModule required;`;
export const SCRAM = ["SCRAM-SHA-256", "SCRAM-SHA-512"] as const;
/** Known to the broker by every mechanism. */
export const READER = { username: "reader", password: "reader-secret" } as const;

export class Broker implements AsyncDisposable {
  readonly address: string;
  /** Behind TLS, for who knows the password. */
  readonly safeAddress: string;
  /** Behind TLS, for who shows a certificate that the broker trusts. */
  readonly mutualAddress: string;
  /** File of the certificate that is to be trusted there. */
  readonly certificate: string;
  /** What a client shows: one that the broker trusts, and one that it does not know. */
  readonly client: Pair;
  readonly stranger: Pair;
  readonly #folder = mkdtempSync(join(tmpdir(), "millrace-kafka-"));
  readonly #port: number;
  #child: ChildProcess | undefined;
  #said = "";

  private constructor([port, controller, safe, mutual]: readonly [number, number, number, number]) {
    this.#port = port;
    this.address = `127.0.0.1:${port}`;
    this.safeAddress = `127.0.0.1:${safe}`;
    this.mutualAddress = `127.0.0.1:${mutual}`;
    const own = makePair(this.#folder, "broker");
    this.certificate = own.cert;
    this.client = makePair(this.#folder, "client");
    this.stranger = makePair(this.#folder, "stranger");
    const store = join(this.#folder, "store.pem");
    // Key and certificate together, as the broker wants them.
    writeFileSync(store, readFileSync(own.key, "utf8") + readFileSync(own.cert, "utf8"));
    const open = [at("PLAINTEXT", port), at("SAFE", safe), at("MUTUAL", mutual)].join(",");
    const mechanisms = ["PLAIN", ...SCRAM].join(",");
    const lines = [
      "process.roles=broker,controller",
      "node.id=1",
      `controller.quorum.voters=1@127.0.0.1:${controller}`,
      `listeners=${open},${at("CONTROLLER", controller)}`,
      `advertised.listeners=${open}`,
      "controller.listener.names=CONTROLLER",
      "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SAFE:SASL_SSL,MUTUAL:SSL",
      "listener.name.safe.ssl.keystore.type=PEM",
      `listener.name.safe.ssl.keystore.location=${store}`,
      `listener.name.safe.sasl.enabled.mechanisms=${mechanisms}`,
      `listener.name.safe.plain.sasl.jaas.config=${PLAIN_LOGIN} user_${READER.username}="${READER.password}";`,
      ...SCRAM.map(
        (one) => `listener.name.safe.${one.toLowerCase()}.sasl.jaas.config=${SCRAM_LOGIN}`,
      ),
      "listener.name.mutual.ssl.keystore.type=PEM",
      `listener.name.mutual.ssl.keystore.location=${store}`,
      "listener.name.mutual.ssl.truststore.type=PEM",
      `listener.name.mutual.ssl.truststore.location=${this.client.cert}`,
      "listener.name.mutual.ssl.client.auth=required",
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
    const ports = [await freePort(), await freePort(), await freePort(), await freePort()] as const;
    const broker = new Broker(ports);
    const users = SCRAM.flatMap((one) => [
      "--add-scram",
      `${one}=[name=${READER.username},password=${READER.password}]`,
    ]);
    const tool = ["kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", broker.#file];
    const format = [...tool, ...users];
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

/** Files of PEM. */
interface Pair {
  readonly key: string;
  readonly cert: string;
}

/** Key and certificate for this machine's own address, signed by nobody else. */
function makePair(folder: string, name: string): Pair {
  const [key, cert] = [join(folder, `${name}.key.pem`), join(folder, `${name}.pem`)];
  const about = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"];
  const files = ["-keyout", key, "-out", cert];
  const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...about, ...files];
  const { status, stderr } = spawnSync("openssl", args);
  if (status !== 0) {
    throw new Fault("USAGE", { cause: stderr.toString(), command: "openssl" });
  }
  return { key, cert };
}

/** A listener's address, as the broker writes it. */
function at(name: string, port: number): string {
  return `${name}://127.0.0.1:${port}`;
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
