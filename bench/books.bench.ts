/**
 * What the online books cost: `node bench/books.bench.ts [seconds] [rounds]`. Two pipelines run side by side, one with
 * books and one without, and are loaded in turn, so that both meet the same machine within seconds. What counts is the
 * processor that all processes of each used over the whole of every round, idle parts too, by the event: closings that
 * fall due while the other one is loaded are paid for. The rate is told besides.
 */

import { openChance } from "../src/testing/simulated/chance.ts";
import { pause, WholePipeline } from "./whole.ts";

const seconds = Number(process.argv[2] ?? 5);
const rounds = Number(process.argv[3] ?? 16);
const RESAMPLES = 5000;
const LOAD = { connections: 8, batch: 500, rate: 0 } as const;

/** One of the two. */
interface Side {
  readonly title: string;
  readonly pipeline: WholePipeline;
  usedMs: number;
}

/** What a side did in one round. */
interface Told {
  events: number;
  /** From the first POST of its turn until the last row can be queried. */
  seconds: number;
  cpuMs: number;
}

interface Round {
  readonly on: Told;
  readonly off: Told;
}

async function turn({ pipeline }: Side): Promise<Pick<Told, "events" | "seconds">> {
  const began = performance.now();
  const { events } = await pipeline.load({ ...LOAD, seconds });
  await pipeline.drain();
  return { events, seconds: (performance.now() - began) / 1000 };
}

function used(side: Side): number {
  const now = side.pipeline.cpuMs();
  const since = now - side.usedMs;
  side.usedMs = now;
  return since;
}

/** The order turns, so that neither always comes second. */
async function play(on: Side, off: Side, round: number): Promise<Round> {
  const first = round % 2 === 0 ? await turn(on) : await turn(off);
  const second = round % 2 === 0 ? await turn(off) : await turn(on);
  const [ofOn, ofOff] = round % 2 === 0 ? [first, second] : [second, first];
  return { on: { ...ofOn, cpuMs: used(on) }, off: { ...ofOff, cpuMs: used(off) } };
}

/** Closings that happened, as the status tells, until told to stop. */
function countClosings({ url }: WholePipeline): () => Promise<number> {
  const seen = new Set<number>();
  const polling = { on: true };
  const polls = (async () => {
    while (polling.on) {
      const status = (await (await fetch(`${url}/v1/status`)).json()) as { books?: { at: number } };
      if (status.books !== undefined) {
        seen.add(status.books.at);
      }
      await pause(1000);
    }
  })();
  return async () => {
    polling.on = false;
    await polls;
    return seen.size;
  };
}

function sum(all: readonly Round[], of: (round: Round) => number): number {
  return all.reduce((total, round) => total + of(round), 0);
}

/** Share of the processor per event that books add. A closing falls into few rounds, so sums are compared, not medians. */
function addedCpu(all: readonly Round[]): number {
  const on = sum(all, (each) => each.on.cpuMs) / sum(all, (each) => each.on.events);
  const off = sum(all, (each) => each.off.cpuMs) / sum(all, (each) => each.off.events);
  return on / off - 1;
}

function lostRate(all: readonly Round[]): number {
  const on = sum(all, (each) => each.on.events) / sum(all, (each) => each.on.seconds);
  const off = sum(all, (each) => each.off.events) / sum(all, (each) => each.off.seconds);
  return 1 - on / off;
}

/** Of many draws of as many rounds, with putting back, the middle 95 of 100. */
function interval(all: readonly Round[], of: (rounds: readonly Round[]) => number): string {
  const chance = openChance("bootstrap");
  const draw = (): Round[] =>
    all.flatMap(() => all.slice(chance.whole(0, all.length - 1)).slice(0, 1));
  const found = Array.from({ length: RESAMPLES }, () => of(draw())).toSorted((a, b) => a - b);
  const at = (part: number): string => percent(found[Math.floor(part * RESAMPLES)] ?? Number.NaN);
  return `${percent(of(all))} (95 %: ${at(0.025)} to ${at(0.975)})`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

await using withBooks = await WholePipeline.start("bench/pipeline");
await using without = await WholePipeline.start("bench/pipeline", ["--no-books"]);
const on: Side = { title: "with books", pipeline: withBooks, usedMs: 0 };
const off: Side = { title: "without", pipeline: without, usedMs: 0 };
// The first loads compile what runs from then on.
await play(on, off, 0);
await play(on, off, 1);
const closings = countClosings(withBooks);
const all: Round[] = [];
for (let round = 0; round < rounds; round += 1) {
  const told = await play(on, off, round);
  all.push(told);
  const line = [told.on, told.off].map(
    ({ events, seconds: took, cpuMs }) =>
      `${Math.round(events / took)} events/s at ${((cpuMs * 1000) / events).toFixed(2)} µs`,
  );
  process.stdout.write(`  round ${round + 1}: ${line.join(" against ")}\n`);
}
process.stdout.write(
  `cost of the books, ${await closings()} closings in ${rounds} rounds: ${interval(all, addedCpu)} of the processor ` +
    `per event; ${interval(all, lostRate)} of the rate\n`,
);
for (const { title, pipeline } of [on, off]) {
  const state = await pipeline.verify();
  if (state !== "BALANCED") {
    process.stdout.write(`  WRONG: ${title}, the books say ${state}\n`);
    process.exitCode = 1;
  }
}
