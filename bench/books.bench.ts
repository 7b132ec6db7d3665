/**
 * What the online books cost: `node bench/books.bench.ts [seconds] [pairs]`. Runs with and without them in turn, on one
 * machine. The first closing falls into every run, and under load the next one comes minutes later: short runs tell of
 * that one closing, and long ones of what a user pays.
 */

import { pause, WholePipeline } from "./whole.ts";

const seconds = Number(process.argv[2] ?? 40);
const pairs = Number(process.argv[3] ?? 3);

interface Run {
  readonly perSecond: number;
  /** Microseconds of processor per event, over all processes: what does not change with what else the machine does. */
  readonly cpuUs: number;
  /** Closings that happened while it ran, as the status tells. */
  readonly closings: number;
}

/** As fast as answers come, then until the last row can be queried: both count. */
async function run(...flags: readonly string[]): Promise<Run> {
  await using pipeline = await WholePipeline.start("bench/pipeline", flags);
  await pipeline.load({ connections: 4, seconds: 2, batch: 500, rate: 0 });
  await pipeline.drain();
  const closings = new Set<number>();
  const polling = { on: true };
  const polls = (async () => {
    while (polling.on) {
      const at = await closedAt(pipeline);
      if (at !== undefined) {
        closings.add(at);
      }
      await pause(500);
    }
  })();
  const used = pipeline.cpuMs();
  const began = performance.now();
  const { events } = await pipeline.load({ connections: 8, seconds, batch: 500, rate: 0 });
  await pipeline.drain();
  const took = (performance.now() - began) / 1000;
  const cpuUs = ((pipeline.cpuMs() - used) * 1000) / events;
  polling.on = false;
  await polls;
  if ((await pipeline.verify()) !== "BALANCED") {
    process.stdout.write("  WRONG: the books do not balance\n");
    process.exitCode = 1;
  }
  return { perSecond: events / took, cpuUs, closings: closings.size };
}

async function closedAt({ url }: WholePipeline): Promise<number | undefined> {
  const answer = await fetch(`${url}/v1/status`);
  const status = (await answer.json()) as { books?: { at: number } };
  return status.books?.at;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const ratios: number[] = [];
const processor: number[] = [];
for (let pair = 0; pair < pairs; pair += 1) {
  // The order turns, so that a machine that gets warm or a disk that fills favours neither.
  const first = pair % 2 === 0 ? await run() : await run("--no-books");
  const second = pair % 2 === 0 ? await run("--no-books") : await run();
  const [on, off] = pair % 2 === 0 ? [first, second] : [second, first];
  ratios.push(on.perSecond / off.perSecond);
  processor.push(on.cpuUs / off.cpuUs);
  const told = `${Math.round(on.perSecond)} events/s with ${on.closings} closings, ${Math.round(off.perSecond)} without`;
  const cpu = `${on.cpuUs.toFixed(2)} against ${off.cpuUs.toFixed(2)} µs of processor per event`;
  process.stdout.write(`  pair ${pair + 1}: ${told}; ${cpu}\n`);
}
process.stdout.write(
  `cost of the books: ${((1 - median(ratios)) * 100).toFixed(1)} % of the rate, ` +
    `${((median(processor) - 1) * 100).toFixed(1)} % of the processor (medians of pairs)\n`,
);
