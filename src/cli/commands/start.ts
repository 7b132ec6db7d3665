/** millrace start: runs a pipeline, everything in one place, until it is stopped. */

import { resolve } from "node:path";
import type { Command } from "commander";
import { Command as NewCommand, InvalidArgumentError } from "commander";
import { Fault } from "../../base/faults.ts";
import type { PipelineStatus } from "../../seams/status.ts";
import {
  toPlaces,
  wholeNumber,
  withPlaces,
  type PlaceFlags,
  type Surroundings,
} from "../command.ts";
import type { Started, StartOptions as RuntimeOptions } from "../../runtime/start.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { DATA_DEFAULT } from "../reach/find-pipeline.ts";
import { openLiveLine, type LiveLine } from "../show/live-line.ts";
import { paintFor } from "../show/paint.ts";
import { serveReading } from "../start/reading.ts";
import { startScreen } from "../show/start-screen.ts";
import { newsOfTroubles, statusFacts, statusLine } from "../show/status.ts";
import type { World } from "../world.ts";

interface StartOptions extends PlaceFlags {
  readonly data: string;
  readonly port: number;
  readonly host: string;
  readonly sources: boolean;
  readonly books: boolean;
  readonly insecureHost?: boolean;
  readonly requireKeys?: boolean;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly corsOrigin: readonly string[];
  readonly awsAnonymous?: boolean;
  readonly readdress?: boolean;
  readonly takeOver?: string;
  readonly awsShardLimits?: boolean;
  readonly untilInputEnds?: boolean;
  readonly verbose?: boolean;
  readonly readOnly?: boolean;
  readonly json?: boolean;
}

const TICK_MS = 500;
/** Rates are the mean of this many looks: events come in batches, and one look's rate would jump. */
const RATE_LOOKS = 8;
const PLAIN_EVERY_MS = 30_000;

export function startCommand(around: Surroundings): Command {
  const command = new NewCommand("start")
    .description("Run a pipeline, everything in one place, until stopped.")
    .argument("[pipeline]", "folder that holds pipeline.ts, or the file", ".")
    .option("--data <dir>", "data folder", DATA_DEFAULT)
    .option("--port <n>", "port to listen on; 0 takes a free one", wholeNumber(0, 65_535), 8080)
    .option("--host <host>", "address to listen on", "127.0.0.1");
  return withPlaces(command)
    .option("--readdress", "give a data folder other addresses than it was started with")
    .option(
      "--take-over <reader>",
      "bring in what a reader of kinesis:// with a lost data folder had claimed",
    )
    .option("--read-only", "serve the read APIs alone, over tables that others fill")
    .option("--no-sources", "start none of the pipeline's own sources")
    .option("--no-books", "close the books only when asked to, by millrace verify")
    .option("--require-keys", "ask for a key on this machine too, as behind a proxy")
    .option(
      "--tls-cert <file>",
      "certificate chain (PEM); read again when it changes, or at SIGHUP",
    )
    .option("--tls-key <file>", "private key (PEM) of the certificate")
    .option("--cors-origin <origin>", "let pages of this site send; repeat it", toOrigins, [])
    .option("--insecure-host", "allow an address that the network can reach, without any key")
    .option("--aws-anonymous", "let AWS SDKs in without a known access key, on loopback only")
    .option("--aws-shard-limits", "throttle Kinesis shards at the managed service's rates")
    .option("--until-input-ends", "stop when standard input ends, as when its owner is gone")
    .option("--verbose", "print what happens inside")
    .option("--json", "print one JSON object per line for programs")
    .action(async (pipeline: string, options: StartOptions) => {
      around.finish(
        options.readOnly === true
          ? await serveReading(
              toRuntime(pipeline, options, around.world),
              around,
              options.json === true,
            )
          : await start(pipeline, options, around),
      );
    });
}

async function start(
  pipeline: string,
  options: StartOptions,
  { world, doors }: Surroundings,
): Promise<ExitCode> {
  const told = openTold(options, world);
  const tls = toTls(options);
  const stop = new AbortController();
  // Heard from the first moment on: a signal while it starts stops it as soon as it has started.
  let reload: (() => void) | undefined;
  using _signals = world.onStopSignal((signal) => {
    // With a certificate, a hang-up is how an operator says that it was renewed.
    if (signal === "SIGHUP" && tls !== undefined) {
      reload?.();
      return;
    }
    if (stop.signal.aborted) {
      world.exitNow(EXIT.interrupted);
    }
    stop.abort();
  });
  using _owner = options.untilInputEnds === true ? world.onInputEnd(() => stop.abort()) : undefined;
  const beganAt = world.clock.now();
  const { startPipeline } = await doors.start();
  const given = toRuntime(pipeline, options, world);
  const log = (line: string): void => void told.log(line).catch(() => {});
  const started = await startPipeline({ ...given, tls, log });
  reload = () => started.reloadTls();
  const ended = started.closed.then(
    () => undefined,
    (thrown: unknown) => ({ thrown }),
  );
  void ended.then(() => stop.abort());
  await told.started(started, world.clock.now() - beganAt);
  let looks: readonly PipelineStatus[] = [];
  while (!stop.signal.aborted) {
    const now = started.status();
    await told.status(now, looks[0]);
    looks = [...looks, now].slice(-RATE_LOOKS);
    await world.sleep(TICK_MS, stop.signal);
  }
  await told.stopping();
  await started.stop();
  const failure = await ended;
  if (failure !== undefined) {
    throw failure.thrown;
  }
  await told.stopped();
  return EXIT.ok;
}

/** What the command line says, as the runtime takes it. */
function toRuntime(
  pipeline: string,
  options: StartOptions,
  { env }: World,
): Omit<RuntimeOptions, "tls" | "log"> {
  return {
    pipeline: resolve(pipeline),
    data: resolve(options.data),
    port: options.port,
    host: options.host,
    sources: options.sources,
    books: options.books,
    insecureHost: options.insecureHost === true,
    requireKeys: options.requireKeys === true,
    origins: options.corsOrigin,
    env,
    places: { ...toPlaces(options), readdress: options.readdress },
    takeOver: options.takeOver,
    aws: {
      anonymous: options.awsAnonymous === true,
      keys: env["MILLRACE_AWS_KEYS"],
      shardLimits: options.awsShardLimits === true,
    },
  };
}

/** Both files or none. */
function toTls({ tlsCert, tlsKey }: StartOptions): { cert: string; key: string } | undefined {
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    const cause = "--tls-cert and --tls-key go together.";
    throw new Fault("USAGE", { cause, command: "millrace start" });
  }
  return tlsCert === undefined || tlsKey === undefined
    ? undefined
    : { cert: resolve(tlsCert), key: resolve(tlsKey) };
}

function toOrigins(text: string, before: readonly string[]): readonly string[] {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.origin !== text.toLowerCase() || !/^https?:$/.test(url.protocol)) {
    throw new InvalidArgumentError("It must be an origin such as https://app.example.org.");
  }
  return [...before, text];
}

/** What is told of a run, to people or to programs. */
interface Told {
  log(line: string): Promise<void>;
  started(started: Started, tookMs: number): Promise<void>;
  /** `before` is a look of some seconds ago, which gives the rate. */
  status(now: PipelineStatus, before: PipelineStatus | undefined): Promise<void>;
  stopping(): Promise<void>;
  stopped(): Promise<void>;
}

function openTold(options: StartOptions, world: World): Told {
  return options.json === true ? tellPrograms(world) : tellPeople(options, world);
}

function tellPrograms({ stdout, clock }: World): Told {
  let statusAt = -Infinity;
  const tell = async (event: string, facts: Record<string, unknown> = {}): Promise<void> =>
    await stdout.write(`${JSON.stringify({ event, at: clock.now(), ...facts })}\n`);
  return {
    log: async (line) => await tell("log", { line }),
    started: async (started, tookMs) => {
      const { pipeline, url, data } = started.status();
      await tell("started", { pipeline, url, data, took_ms: tookMs, example: started.exampleCurl });
    },
    status: async (now) => {
      if (clock.now() - statusAt >= 1000) {
        statusAt = clock.now();
        await tell("status", statusFacts(now));
      }
    },
    stopping: async () => await tell("stopping"),
    stopped: async () => await tell("stopped"),
  };
}

function tellPeople(options: StartOptions, world: World): Told {
  const { stdout: screen, clock } = world;
  const paint = paintFor(screen, world.env);
  const line: LiveLine = openLiveLine({ screen, clock, plainEveryMs: PLAIN_EVERY_MS });
  let stopping = false;
  const told = new Set<string>();
  return {
    log: async (text) => {
      // What is said while it stops is said to everybody: it may be about events still on their way.
      if (options.verbose === true || stopping) {
        await line.above(paint.dim(text));
      }
    },
    started: async (started, tookMs) => {
      await screen.write(startScreen(started.status(), { started, tookMs, paint }));
    },
    status: async (now, before) => {
      for (const news of newsOfTroubles(now, told, paint)) {
        await line.above(news);
      }
      await line.show(statusLine(now, before, paint));
    },
    stopping: async () => {
      stopping = true;
      await line.clear();
      await screen.write(
        "Stopping: finishing what was accepted. Press Ctrl-C again to stop at once.\n",
      );
    },
    stopped: async () => {
      await screen.write("Stopped cleanly. Start again and it goes on where it was.\n");
    },
  };
}
