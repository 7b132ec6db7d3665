/** A client in a process of its own: sends without end, each batch until it is answered, and writes down both. */

import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

const [url = "", list = "", lanes = "6"] = process.argv.slice(2);
const BATCH = 8;
const ANSWER_MS = 5000;
const AGAIN_MS = 15;
const BEAT_MS = 12;

/** Its own list: what it asked for and what was promised, a line each. */
const file = openSync(list, "a");
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
// A test that is gone leaves no client behind.
process.stdin.resume().once("close", () => process.exit(1));

interface Batch {
  readonly stream: "orders" | "visits";
  /** By them the test finds the events again, whatever became of them. */
  readonly names: readonly string[];
  readonly lines: readonly string[];
  readonly key: string;
}

/** Odd lanes name their requests, even ones their events; each batch holds a record that is refused. */
function makeBatch(lane: number, round: number): Batch {
  const key = `${lane}.${round}`;
  const names = Array.from({ length: BATCH }, (_none, line) => `${key}.${line}`);
  if (lane % 2 === 1) {
    return { stream: "visits", names, key, lines: names.map((page) => JSON.stringify({ page })) };
  }
  const lines = names.map((name, line) =>
    line === BATCH - 1
      ? JSON.stringify({ refused: name })
      : JSON.stringify({ order: key, line, amount: amountOf(line) }),
  );
  return { stream: "orders", names, key, lines };
}

/** The second of each batch is dropped on its way, the third fails. */
function amountOf(line: number): number {
  return line === 1 ? 0 : line === 2 ? 13 : line + 0.5;
}

interface Entry {
  readonly status: "accepted" | "rejected";
  readonly id?: string;
  readonly dead_letter?: string;
  readonly duplicate?: true;
}

async function run(lane: number): Promise<void> {
  for (let round = 0; !stop.signal.aborted; round += 1) {
    const batch = makeBatch(lane, round);
    note(batch.names.map((name) => `asked ${batch.stream} ${name}`));
    const entries = await sendUntilAnswered(batch);
    note(entries.map((entry, place) => toLine(batch, place, entry)));
    await pause(BEAT_MS);
  }
}

function toLine({ stream, names }: Batch, place: number, entry: Entry): string {
  const { status, id, dead_letter: letter, duplicate } = entry;
  const said = duplicate === true ? "duplicate" : status;
  return `${said} ${stream} ${names[place]} ${id ?? letter}`;
}

async function sendUntilAnswered(batch: Batch): Promise<readonly Entry[]> {
  for (;;) {
    try {
      return await send(batch);
    } catch (thrown) {
      // Nobody knows whether it was kept: the same again, under the same ids.
      if (!(thrown instanceof Refused) && !isCutOff(thrown)) {
        throw thrown;
      }
      await pause(AGAIN_MS);
    }
  }
}

/** The pipeline says that it is busy or stopping. */
class Refused extends TypeError {}

function isCutOff(thrown: unknown): boolean {
  return (
    thrown instanceof SyntaxError ||
    (thrown instanceof TypeError && /fetch failed|terminated/.test(thrown.message)) ||
    (thrown instanceof DOMException && thrown.name === "TimeoutError")
  );
}

async function send({ stream, lines, key }: Batch): Promise<readonly Entry[]> {
  const answer = await fetch(`${url}/v1/streams/${stream}/events`, {
    method: "POST",
    body: lines.join("\n"),
    signal: AbortSignal.timeout(ANSWER_MS),
    headers: {
      "content-type": "application/x-ndjson",
      ...(stream === "visits" ? { "idempotency-key": key } : {}),
    },
  });
  if ([429, 500, 503].includes(answer.status)) {
    throw new Refused(`${answer.status} ${await answer.text()}`);
  }
  const { records } = (await answer.json()) as { records?: Entry[] };
  if (records?.length !== BATCH) {
    throw new RangeError(`A batch got ${answer.status} with ${records?.length} entries.`);
  }
  return records;
}

/** On disk when it returns. */
function note(lines: readonly string[]): void {
  writeSync(file, `${lines.join("\n")}\n`);
  fdatasyncSync(file);
}

await Promise.all(Array.from({ length: Number(lanes) }, (_none, lane) => run(lane)));
closeSync(file);
process.stdin.destroy().removeAllListeners("close");
