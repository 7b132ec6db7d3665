/**
 * What the online books cost: `node bench/books.bench.ts [events] [rounds]`. Two pipelines run side by side, one with
 * books and one without. Each round sends as many events to both, in turn, and waits until the one has closed its books
 * over them. What it used meanwhile beyond what the other one did is the closing's, and this differs little from round
 * to round, also on a machine with other work. Every other round is of a quarter of the events, so that what a closing
 * costs by the event and what it costs by itself can be told apart; that quarter is still more than the eight cuts whose
 * objects a closing reads.
 */

import { pause, WholePipeline } from "./whole.ts";

const events = Number(process.argv[2] ?? 1_200_000);
const rounds = Number(process.argv[3] ?? 8);
const PIPELINE = "bench/full-cuts";
const LOAD = { connections: 8, batch: 500, rate: 0, seconds: 3600 } as const;
const CUT_RECORDS = 32_768;

/** One of the two. */
interface Side {
  readonly pipeline: WholePipeline;
  usedMs: number;
}

interface Round {
  readonly events: number;
  /** Microseconds of processor per event from the first POST until the last row can be queried, without the books. */
  readonly journeyUs: number;
  /** Milliseconds of processor of the closing. */
  readonly closingMs: number;
  /** Share of the processor that the whole round took more with books, closing and all. */
  readonly added: number;
}

/** Milliseconds of processor over all processes since it was last asked. */
function used(side: Side): number {
  const now = side.pipeline.cpuMs();
  const since = now - side.usedMs;
  side.usedMs = now;
  return since;
}

async function send({ pipeline }: Side, count: number): Promise<number> {
  const { events: sent } = await pipeline.load({ ...LOAD, events: count });
  await pipeline.drain();
  return sent;
}

/** Waits until all that was sent so far is closed. Both are asked alike: answers cost too. */
async function closed(on: Side, off: Side): Promise<void> {
  const now = Date.now();
  for (let at = 0; at < now;) {
    await pause(1000);
    const [books] = await Promise.all([on, off].map(({ pipeline }) => lastClosing(pipeline)));
    at = books ?? 0;
  }
}

async function lastClosing({ url }: WholePipeline): Promise<number> {
  const status = (await (await fetch(`${url}/v1/status`)).json()) as { books?: { at: number } };
  return status.books?.at ?? 0;
}

/** The one without books comes first, so that a closing that falls due meanwhile finds nothing new; undefined where one came in the midst of its own load. */
async function play(on: Side, off: Side, count: number): Promise<Round | undefined> {
  [on, off].forEach(used);
  await send(off, count);
  const before = await lastClosing(on.pipeline);
  const sent = await send(on, count);
  const early = (await lastClosing(on.pipeline)) !== before;
  const [loadedOn, loadedOff] = [used(on), used(off)];
  await closed(on, off);
  const [waitedOn, waitedOff] = [used(on), used(off)];
  const one = {
    events: sent,
    journeyUs: (loadedOff * 1000) / sent,
    closingMs: waitedOn - waitedOff,
    added: (loadedOn + waitedOn) / (loadedOff + waitedOff) - 1,
  };
  return early ? undefined : one;
}

/** The middle one, and the least and the greatest. */
function spread(all: readonly number[], digits: number): string {
  const sorted = all.toSorted((a, b) => a - b);
  const [least, greatest] = [sorted.at(0), sorted.at(-1)].map((one) => one?.toFixed(digits));
  return `${median(all).toFixed(digits)} (${least} to ${greatest})`;
}

function median(all: readonly number[]): number {
  return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN;
}

await using withBooks = await WholePipeline.start(PIPELINE);
await using without = await WholePipeline.start(PIPELINE, ["--no-books"]);
const [on, off] = [withBooks, without].map((pipeline) => ({ pipeline, usedMs: 0 })) as [Side, Side];
// A closing in the midst of a load waits for it, and the next one then for fifty times as long.
await closed(on, off);
// The first loads compile what runs from then on; later closings find as many old cuts to look at as they may.
await play(on, off, events);
const all: Round[] = [];
for (let round = 0; round < rounds; round += 1) {
  const one = await play(on, off, round % 2 === 0 ? events : events / 4);
  if (one !== undefined) {
    all.push(one);
    process.stdout.write(
      `  ${one.events} events at ${one.journeyUs.toFixed(2)} µs, closed in ${one.closingMs} ms; ` +
        `with books ${(100 * one.added).toFixed(1)} % more\n`,
    );
  }
}
const large = all.filter((one) => one.events === events);
const small = all.filter((one) => one.events !== events);
const more = large.map((one) => one.closingMs);
const less = small.map((one) => one.closingMs);
const journey = large.map((one) => one.journeyUs);
const added = large.map((one) => 100 * one.added);
const [moreMs, lessMs, journeyUs] = [median(more), median(less), median(journey)];
const byEventUs = ((moreMs - lessMs) * 1000) / (0.75 * events);
const fixedMs = Math.round(moreMs - (byEventUs * events) / 1000);
const share = (us: number): string => `${((100 * us) / journeyUs).toFixed(1)} %`;
process.stdout.write(
  `journey without books: ${spread(journey, 2)} µs of processor per event, cuts of ${CUT_RECORDS}\n` +
    `a closing over ${events} events: ${spread(more, 0)} ms; over ${events / 4}: ${spread(less, 0)} ms\n` +
    `by the event ${byEventUs.toFixed(2)} µs, ${share(byEventUs)} of the journey, and ${fixedMs} ms besides\n` +
    `with a closing every ${events} events: ${share((moreMs * 1000) / events)}; ` +
    `over whole rounds ${spread(added, 1)} % more\n`,
);
for (const { pipeline } of [on, off]) {
  const state = await pipeline.verify();
  if (state !== "BALANCED") {
    process.stdout.write(`  WRONG: the books say ${state}\n`);
    process.exitCode = 1;
  }
}
