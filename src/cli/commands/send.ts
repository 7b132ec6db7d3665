/** millrace send STREAM FILE…: sends files to a running pipeline, in batches, with retry and progress. */

import { Option, type Command } from "commander";
import { askingCommand, numberWithin, wholeNumber } from "../command.ts";
import type { Surroundings } from "../command.ts";
import { EXIT, exitCodeOf, type ExitCode } from "../exit-codes.ts";
import { needUrl } from "../reach/find-pipeline.ts";
import { askJson } from "../reach/ask.ts";
import { Refusal } from "../reach/refusal.ts";
import { openSender, type Sending, type SendOptions } from "../send/sender.ts";
import { showTally, tallyJson } from "../send/tally.ts";
import { describe, faultJson, showFault } from "../show/fault.ts";
import { paintFor } from "../show/paint.ts";
import type { World } from "../world.ts";

export function sendCommand({ world, finish }: Surroundings): Command {
  return askingCommand("send", "Send CSV, JSON or NDJSON files to a running pipeline.")
    .argument("<stream>", "stream of the pipeline")
    .argument("<files...>", "files, plain or packed (.gz, .zst); - is standard input")
    .addOption(
      new Option("--format <format>", "what the files hold (default: by name and content)").choices(
        ["csv", "json", "ndjson"],
      ),
    )
    .option(
      "--in-flight <n>",
      "batches on their way at once; above 1 order is lost",
      wholeNumber(1, 64),
      1,
    )
    .option("--gzip", "pack what is sent; worth it over slow networks")
    .option("--retry-for <s>", "how long to repeat a batch that fails", numberWithin(0, 86_400), 30)
    .option("--strict", "exit 1 when a record was set aside")
    .addHelpText("after", HELP)
    .action(async (stream: string, files: string[], options: SendOptions) => {
      finish(await send({ stream, files, options }, world));
    });
}

const HELP = `
Batches go one after another, so that records are accepted in the files' order;
--in-flight sends several at once where order does not matter. When a connection
is lost before the answer, the batch is sent again: at least once.`;

async function send(sending: Sending, world: World): Promise<ExitCode> {
  const { stream, options } = sending;
  const base = needUrl(options);
  await refuseUnknownStream(base, stream);
  const stop = new AbortController();
  using _signals = world.onStopSignal(() => {
    if (stop.signal.aborted) {
      world.exitNow(EXIT.interrupted);
    }
    stop.abort();
    const text =
      "Stopping: waiting for the answers to what was sent. Press Ctrl-C again to leave.\n";
    void world.stderr.write(`\n${text}`).catch(() => {});
  });
  const sender = openSender(sending, { world, base, stop });
  const beganAt = world.clock.now();
  const failures = await sender.sendAll();
  const tookMs = world.clock.now() - beganAt;
  await sender.line.clear();
  const paint = paintFor(world.stdout, world.env);
  const json = options.json === true;
  await world.stdout.write(
    json
      ? `${JSON.stringify(tallyJson(sender.tally, tookMs))}\n`
      : showTally(sender.tally, tookMs, paint),
  );
  const stderr = paintFor(world.stderr, world.env);
  for (const failure of failures.map(describe)) {
    await world.stderr.write(json ? faultJson(failure) : showFault(failure, stderr));
  }
  if (stop.signal.aborted) {
    return EXIT.interrupted;
  }
  if (failures.length > 0) {
    return exitCodeOf(failures.at(-1));
  }
  return options.strict === true && sender.tally.setAside > 0 ? EXIT.no : EXIT.ok;
}

/** Asked first, so that a pipeline that is not there or has no such stream is told before a file is opened. */
async function refuseUnknownStream(base: string, stream: string): Promise<void> {
  try {
    await askJson(base, { method: "GET", path: `/v1/streams/${encodeURIComponent(stream)}` });
  } catch (thrown) {
    // A pipeline that is only busy is left to the batches' own repetitions.
    const busy = thrown instanceof Refusal && thrown.code !== "STREAM_UNKNOWN";
    if (!busy) {
      throw thrown;
    }
  }
}
