/** What foreign producers and consumers move records through: a Millrace, a stream, and a DynamoDB for checkpoints. */

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateStreamCommand,
  KinesisClient,
  ListShardsCommand,
  UpdateShardCountCommand,
} from "@aws-sdk/client-kinesis";
import { RunningPipeline } from "../../../journey/running.ts";
import { type Peer, PEER_KEYS, startMoto } from "../../processes.ts";

export const StreamName = "moved";

/** What a worker was given: which records, and by which shards. */
export interface Given {
  readonly records: Set<string>;
  readonly shards: Set<string>;
}

export class Movers implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "millrace-movers-"));
  /** Closed with all the rest, last come first gone. */
  readonly opened = new AsyncDisposableStack();
  readonly running: RunningPipeline;
  readonly client: KinesisClient;
  /** Where workers keep who has which shard, and how far they are. */
  readonly leases: Peer;

  private constructor(running: RunningPipeline, leases: Peer) {
    this.running = running;
    this.leases = leases;
    this.client = new KinesisClient({ endpoint: running.url, region: PEER_KEYS.AWS_REGION });
    this.opened.defer(() => rmSync(this.folder, { recursive: true, force: true }));
    this.opened.use(running);
    this.opened.use(leases);
    this.opened.defer(() => this.client.destroy());
  }

  /** One stream of so many shards, for holders of the peers' keys. */
  static async open(shards: number): Promise<Movers> {
    Object.assign(process.env, PEER_KEYS);
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = PEER_KEYS;
    const running = new RunningPipeline("test/conformance/kinesis/pipeline");
    running.env = { MILLRACE_AWS_KEYS: `${id}:${secret}` };
    await running.start("--no-sources");
    const movers = new Movers(running, await startMoto());
    await movers.client.send(new CreateStreamCommand({ StreamName, ShardCount: shards }));
    return movers;
  }

  async reshard(target: number): Promise<void> {
    const to = { TargetShardCount: target, ScalingType: "UNIFORM_SCALING" } as const;
    await this.client.send(new UpdateShardCountCommand({ StreamName, ...to }));
  }

  async shards(): Promise<Set<string | undefined>> {
    const { Shards = [] } = await this.client.send(new ListShardsCommand({ StreamName }));
    return new Set(Shards.map(({ ShardId }) => ShardId));
  }

  /** Workers write `SHARD RECORD` lines to a file of their name; one that was killed may end in half a line. */
  given(...workers: readonly string[]): Given {
    const pairs = workers.flatMap((worker) => {
      const path = join(this.folder, worker);
      const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
      return lines.map((line) => line.split(" "));
    });
    return {
      records: new Set(pairs.map(([, record = ""]) => record)),
      shards: new Set(pairs.map(([shard = ""]) => shard)),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.opened.disposeAsync();
  }
}
