/**
 * What the online books cost: `node bench/books.bench.ts [events] [rounds]`. Each round sends so many events, waits until
 * they can be queried, and then until the pipeline has closed its books over them by itself. Nothing else happens during
 * a closing, so that the processor used meanwhile, beyond what the pipeline uses at rest, is the closing's. Every other
 * round is of a sixteenth of the events: what a closing costs by the event and what it costs by itself are told apart.
 */

import { median } from "./median.ts";
import { pause, WholePipeline } from "./whole.ts";

const events = Number(process.argv[2] ?? 4_800_000);
const rounds = Number(process.argv[3] ?? 4);
const FEW = events / 16;
const LOAD = { connections: 8, batch: 500, rate: 0, seconds: 3600 } as const;
const LOOK_MS = 100;
const REST_MS = 5000;
/** While events pour in the books are closed this often (src/runtime/upkeep/books-pace.ts). */
const FLOOD_SECONDS = 300;

interface Round {
  readonly events: number;
  readonly seconds: number;
  /** Milliseconds of processor from the first POST until the last row can be queried, and of the closing. */
  readonly journeyMs: number;
  readonly closingMs: number;
}

interface Look {
  readonly at: number;
  readonly cpuMs: number;
}

/** Of all processes of the pipeline, again and again. */
class Meter implements Disposable {
  readonly #pipeline: WholePipeline;
  readonly #looks: Look[] = [];
  readonly #timer: NodeJS.Timeout;
  /** Milliseconds of processor in a millisecond, with nothing to do. */
  restRate = 0;

  constructor(pipeline: WholePipeline) {
    this.#pipeline = pipeline;
    this.#timer = setInterval(() => this.look(), LOOK_MS);
  }

  look(): Look {
    const look = { at: Date.now(), cpuMs: this.#pipeline.cpuMs() };
    this.#looks.push(look);
    return look;
  }

  /** Milliseconds of processor since a time, beyond those at rest. */
  usedSince(time: number): number {
    const now = this.look();
    const then = this.#looks.findLast(({ at }) => at <= time) ?? now;
    return now.cpuMs - then.cpuMs - this.restRate * (now.at - then.at);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** When the newest closing began; 0 before the first one. */
async function lastClosing({ url }: WholePipeline): Promise<number> {
  const status = (await (await fetch(`${url}/v1/status`)).json()) as { books?: { at: number } };
  return status.books?.at ?? 0;
}

/** Waits for the first closing that begins after `time`; resolves to when that was, as soon as it has ended. */
async function nextClosing(pipeline: WholePipeline, time: number): Promise<number> {
  for (;;) {
    const at = await lastClosing(pipeline);
    if (at >= time) {
      return at;
    }
    await pause(LOOK_MS);
  }
}

/** Undefined where a closing came into the midst of the load. */
async function play(
  pipeline: WholePipeline,
  meter: Meter,
  count: number,
): Promise<Round | undefined> {
  const before = await lastClosing(pipeline);
  const began = meter.look().at;
  const { events: sent } = await pipeline.load({ ...LOAD, events: count });
  await pipeline.drain();
  const [journeyMs, ended] = [meter.usedSince(began), Date.now()];
  const early = (await lastClosing(pipeline)) !== before;
  const at = await nextClosing(pipeline, ended);
  const closingMs = meter.usedSince(at);
  return early
    ? undefined
    : { events: sent, seconds: (ended - began) / 1000, journeyMs, closingMs };
}

/** The middle one, and the least and the greatest. */
function spread(all: readonly number[], digits: number): string {
  const sorted = all.toSorted((a, b) => a - b);
  const [least, greatest] = [sorted.at(0), sorted.at(-1)].map((one) => one?.toFixed(digits));
  return `${median(all).toFixed(digits)} (${least} to ${greatest})`;
}

await using pipeline = await WholePipeline.start("bench/full-cuts");
using meter = new Meter(pipeline);
await nextClosing(pipeline, 1);
const rest = meter.look();
await pause(REST_MS);
meter.restRate = meter.usedSince(rest.at) / REST_MS;
// The first loads compile what runs from then on; later closings find as many old cuts to look at as they may.
await play(pipeline, meter, FEW);
const all: Round[] = [];
while (all.length < rounds) {
  const one = await play(pipeline, meter, all.length % 2 === 0 ? events : FEW);
  if (one !== undefined) {
    all.push(one);
    const [journeyUs, rate] = [(one.journeyMs * 1000) / one.events, one.events / one.seconds];
    process.stdout.write(
      `  ${one.events} events at ${journeyUs.toFixed(2)} µs, ${Math.round(rate)}/s; ` +
        `closed in ${Math.round(one.closingMs)} ms of processor\n`,
    );
  }
}
const large = all.filter((one) => one.events > events / 2);
const small = all.filter((one) => one.events <= events / 2);
const [more, less] = [large, small].map((some) => some.map((one) => one.closingMs));
const journeys = large.map((one) => (one.journeyMs * 1000) / one.events);
const [moreMs, lessMs, journeyUs] = [median(more ?? []), median(less ?? []), median(journeys)];
const byEventUs = ((moreMs - lessMs) * 1000) / (events - FEW);
const fixedMs = moreMs - (byEventUs * events) / 1000;
const rate = median(large.map((one) => one.events / one.seconds));
const floodUs = byEventUs + (fixedMs * 1000) / (rate * FLOOD_SECONDS);
const share = (us: number): string => `${((100 * us) / (journeyUs + us)).toFixed(1)} %`;
process.stdout.write(
  `the journey: ${spread(journeys, 2)} µs of processor per event, ${Math.round(rate)} events/s\n` +
    `a closing over ${events} events: ${spread(more ?? [], 0)} ms; over ${FEW}: ${spread(less ?? [], 0)} ms\n` +
    `so by the event ${byEventUs.toFixed(2)} µs, and ${Math.round(fixedMs)} ms besides\n` +
    `cost of the books at this rate, closed every ${FLOOD_SECONDS} s: ${share(floodUs)} of the processor; ` +
    `if closed after every ${events} events: ${share((moreMs * 1000) / events)}\n`,
);
const state = await pipeline.verify();
if (state !== "BALANCED") {
  process.stdout.write(`  WRONG: the books say ${state}\n`);
  process.exitCode = 1;
}
