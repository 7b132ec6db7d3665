/** millrace bench: what a pipeline of one's own does on one's own machine. */

import { cpus, totalmem } from "node:os";
import { resolve } from "node:path";
import { Command } from "commander";
import { Fault } from "../../base/faults.ts";
import { isEngineStream } from "../../base/record.ts";
import type { Batch } from "../../files/batch.ts";
import { loadPlan } from "../../plan/load-plan.ts";
import type { Plan, StreamPlan } from "../../plan/plan.ts";
import type { Body } from "../../runtime/bench/load.ts";
import { bodiesOf, madeBodies, type Bodies } from "../bench/bodies.ts";
import { wholeNumber, type Surroundings } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { type Machine, showBench } from "../show/bench.ts";
import { paintFor } from "../show/paint.ts";
import { harmless } from "../show/text.ts";

interface BenchOptions {
  readonly stream?: string;
  readonly seconds: number;
  readonly batch: number;
  readonly connections: number;
  readonly sample?: string;
  readonly folder?: string;
  readonly json?: boolean;
}

const MORE = `
Runs the pipeline whole, without its sources, in a folder of its own which is deleted afterwards; the client runs on the
same machine and takes its share of it. Without --sample, events are made from the schema's example.`;

export function benchCommand(around: Surroundings): Command {
  return new Command("bench")
    .description("Measure a pipeline on this machine.")
    .argument("[pipeline]", "folder that holds pipeline.ts, or the file", ".")
    .option("--stream <name>", "the stream that is sent to (default: the first)")
    .option("--seconds <n>", "how long each of the three parts lasts", wholeNumber(1, 3600), 10)
    .option(
      "--batch <n>",
      "events of a request, where they come in batches",
      wholeNumber(1, 5000),
      500,
    )
    .option("--connections <n>", "requests under way at once", wholeNumber(1, 256), 8)
    .option("--sample <file>", "CSV, JSON or NDJSON file of real events, sent over and over")
    .option("--folder <dir>", "where its folder is made: the disk that is measured")
    .option("--json", "print JSON for programs")
    .addHelpText("after", MORE)
    .action(async (pipeline: string, options: BenchOptions) => {
      around.finish(await bench(pipeline, options, around));
    });
}

async function bench(
  pipeline: string,
  options: BenchOptions,
  { world, doors }: Surroundings,
): Promise<ExitCode> {
  const plan = await loadPlan(resolve(pipeline));
  const stream = streamOf(plan, options.stream);
  const bodies = await toBodies(stream, options);
  const stop = new AbortController();
  using _signals = world.onStopSignal(() => stop.abort());
  const { measure } = await doors.bench();
  const result = await measure({
    pipeline: plan.file,
    stream: stream.name,
    seconds: options.seconds,
    connections: options.connections,
    batches: bodies.batches.map(toBody),
    singles: bodies.singles.map(toBody),
    folder: options.folder,
    told: (line) => void world.stderr.write(`${harmless(line)}\n`).catch(() => {}),
    stop: stop.signal,
  });
  const about = { pipeline: plan.name, stream: stream.name, ...options, machine: machine() };
  await world.stdout.write(
    options.json === true
      ? `${JSON.stringify({ ...about, ...result })}\n`
      : showBench(result, about, paintFor(world.stdout, world.env)),
  );
  return result.books === "BALANCED" ? EXIT.ok : EXIT.no;
}

function toBody({ body, type, records }: Batch): Body {
  return { bytes: body, type, events: records };
}

function streamOf({ streams }: Plan, name: string | undefined): StreamPlan {
  const own = streams.filter((one) => !isEngineStream(one.name));
  const found = name === undefined ? own[0] : own.find((one) => one.name === name);
  if (found === undefined) {
    const cause = `There is no stream ${name}; there are ${own.map((one) => one.name).join(", ")}.`;
    throw new Fault("USAGE", { cause, command: "millrace bench" });
  }
  return found;
}

async function toBodies(stream: StreamPlan, { sample, batch }: BenchOptions): Promise<Bodies> {
  return sample === undefined
    ? madeBodies(stream, batch, Date.now().toString(36))
    : await bodiesOf(sample, batch);
}

function machine(): Machine {
  const [first] = cpus();
  return {
    processors: cpus().length,
    model: first?.model.trim() ?? "unknown",
    memoryBytes: totalmem(),
    node: process.versions.node,
    system: `${process.platform} ${process.arch}`,
  };
}
