/**
 * What the online books cost: `node bench/books.bench.ts [events] [rounds]`. Two pipelines run side by side, one with
 * books and one without, and so many events are sent to each in turn, so that both meet the same machine within
 * seconds. What counts is the processor that all processes of each used from a closing to a closing, idle parts too, by
 * the event: every event that is counted was closed too, however late its closing came. The rate is told besides.
 */

import { openChance } from "../src/testing/simulated/chance.ts";
import { pause, WholePipeline } from "./whole.ts";

const events = Number(process.argv[2] ?? 500_000);
const rounds = Number(process.argv[3] ?? 16);
const RESAMPLES = 5000;
const PIPELINE = "bench/full-cuts";
const LOAD = { connections: 8, batch: 500, rate: 0, seconds: 3600, events } as const;

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
  const { events: sent } = await pipeline.load(LOAD);
  await pipeline.drain();
  return { events: sent, seconds: (performance.now() - began) / 1000 };
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

/** Both are asked alike: answers cost too. */
async function lastClosing(side: Side, other: Side): Promise<number> {
  const [books] = await Promise.all(
    [side, other].map(async ({ pipeline }) => {
      const answer = await fetch(`${pipeline.url}/v1/status`);
      return ((await answer.json()) as { books?: { at: number } }).books;
    }),
  );
  return books?.at ?? 0;
}

/** Waits until all that was sent so far is closed. */
async function closed(side: Side, other: Side): Promise<void> {
  const now = Date.now();
  while ((await lastClosing(side, other)) < now) {
    await pause(1000);
  }
}

function sum(all: readonly Round[], of: (round: Round) => number): number {
  return all.reduce((total, round) => total + of(round), 0);
}

/** A closing falls into few rounds, so sums are compared, not medians. */
function addedCpu(all: readonly Round[]): number {
  return perEvent(all, (each) => each.on) / perEvent(all, (each) => each.off) - 1;
}

/** Microseconds of processor. */
function perEvent(all: readonly Round[], of: (round: Round) => Told): number {
  return (1000 * sum(all, (each) => of(each).cpuMs)) / sum(all, (each) => of(each).events);
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

await using withBooks = await WholePipeline.start(PIPELINE);
await using without = await WholePipeline.start(PIPELINE, ["--no-books"]);
const on: Side = { title: "with books", pipeline: withBooks, usedMs: 0 };
const off: Side = { title: "without", pipeline: without, usedMs: 0 };
// A closing in the midst of a load waits for it, and the next one then for fifty times as long.
await closed(on, off);
// The first loads compile what runs from then on.
await play(on, off, 0);
await play(on, off, 1);
await closed(on, off);
[on, off].forEach(used);
const told: Round[] = [];
const closings = new Set<number>();
for (let round = 0; round < rounds; round += 1) {
  const one = await play(on, off, round);
  told.push(one);
  closings.add(await lastClosing(on, off));
  const line = [one.on, one.off].map(
    ({ events: sent, seconds, cpuMs }) =>
      `${Math.round(sent / seconds)} events/s at ${((cpuMs * 1000) / sent).toFixed(2)} µs`,
  );
  process.stdout.write(`  round ${round + 1}: ${line.join(" against ")}\n`);
}
await closed(on, off);
closings.add(await lastClosing(on, off));
// What came after the last round is every round's.
const [moreOn, moreOff] = [used(on) / rounds, used(off) / rounds];
const all = told.map((one) => ({
  on: { ...one.on, cpuMs: one.on.cpuMs + moreOn },
  off: { ...one.off, cpuMs: one.off.cpuMs + moreOff },
}));
const [dear, cheap] = [perEvent(all, (each) => each.on), perEvent(all, (each) => each.off)];
process.stdout.write(
  `cost of the books, ${closings.size - 1} closings in ${rounds} rounds: ${dear.toFixed(2)} against ` +
    `${cheap.toFixed(2)} µs of processor per event, ${interval(all, addedCpu)}; ${interval(all, lostRate)} of the rate\n`,
);
for (const { title, pipeline } of [on, off]) {
  const state = await pipeline.verify();
  if (state !== "BALANCED") {
    process.stdout.write(`  WRONG: ${title}, the books say ${state}\n`);
    process.exitCode = 1;
  }
}
