/** Shuts out a process whose data folder is lost, once and by one heir, before anything of it is taken over. */

import { Fault } from "../../../../base/faults.ts";
import type { Registry } from "../../../../seams/registry.ts";

/** What a process tells of itself beside its beats, so that an operator can tell which one is lost. */
export interface Testament {
  /** Machine and data folder. */
  readonly place: string;
  /** A lake or a warehouse that is not lost with the data folder; undefined where there is none. */
  readonly outlives: string | undefined;
}

export interface FenceOptions {
  readonly registry: Registry;
  /** As the leases call it. */
  readonly stream: string;
  readonly now: number;
}

const FENCED = "fenced by ";

/** Where a process says until when it is alive, and where its heir says that it reads no more. */
export function readerName(stream: string, reader: string): string {
  return `streams/${stream}/readers/${reader}`;
}

function testamentName(stream: string, reader: string): string {
  return `streams/${stream}/testaments/${reader}`;
}

export function heirIn(text: string): string | undefined {
  return text.startsWith(FENCED) ? text.slice(FENCED.length) : undefined;
}

/** Whose claims come to `me`: also those of one whose heir was lost itself, before it had taken anything over. */
export function estatesOf(me: string, heirs: ReadonlyMap<string, string>): readonly string[] {
  const mine = new Set([me]);
  // A name is added in each turn, or it was the last: the first of a chain may come behind its end.
  for (let before = 0; before < mine.size;) {
    before = mine.size;
    for (const [lost, heir] of heirs) {
      if (mine.has(heir)) {
        mine.add(lost);
      }
    }
  }
  mine.delete(me);
  return [...mine];
}

/** Throws STREAM_FENCED. */
export function refuseFenced(stream: string, text: string | undefined): void {
  const heir = heirIn(text ?? "");
  if (heir !== undefined) {
    throw new Fault("STREAM_FENCED", { stream, heir });
  }
}

/** Told at each start, since addresses may change. Throws STREAM_FENCED where this process was taken over. */
export async function tellOfItself(
  { registry, stream }: FenceOptions,
  me: string,
  testament: Testament,
): Promise<void> {
  refuseFenced(stream, (await registry.read(readerName(stream, me)))?.text);
  const name = testamentName(stream, me);
  const known = await registry.read(name);
  const text = JSON.stringify(testament);
  if (known?.text !== text) {
    await registry.write(name, text, known?.version ?? 0);
  }
}

/** What a lost process had told of itself; undefined when it had not. */
export async function readTestament(
  registry: Registry,
  stream: string,
  reader: string,
): Promise<Testament | undefined> {
  const entry = await registry.read(testamentName(stream, reader));
  return entry === undefined ? undefined : (JSON.parse(entry.text) as Testament); // Our own text.
}

/**
 * From here on `lost` writes neither claim nor lease, and the heir finds what it had at each start until it has it.
 * Throws STREAM_READER_UNKNOWN, STREAM_READER_ALIVE, and STREAM_FENCED where another was faster.
 */
export async function fence(options: FenceOptions, lost: string, heir: string): Promise<void> {
  const { registry, stream, now } = options;
  const name = readerName(stream, lost);
  const entry = await registry.read(name);
  if (entry === undefined || lost === heir) {
    const known = await describeReaders(options);
    throw new Fault("STREAM_READER_UNKNOWN", { stream, reader: lost, known });
  }
  const { text, version } = entry;
  if (heirIn(text) === heir) {
    return;
  }
  refuseFenced(stream, text);
  // Another beat between the look and the write makes the write fail, as it should.
  if (Number(text) >= now || !(await registry.write(name, `${FENCED}${heir}`, version))) {
    throw new Fault("STREAM_READER_ALIVE", { stream, reader: lost });
  }
}

async function describeReaders({ registry, stream, now }: FenceOptions): Promise<string> {
  const folder = readerName(stream, "");
  const told: string[] = [];
  for (const name of await registry.names(folder)) {
    const reader = name.slice(folder.length);
    const { text = "0" } = (await registry.read(name)) ?? {};
    const { place = "unknown place" } = (await readTestament(registry, stream, reader)) ?? {};
    const heir = heirIn(text);
    const state = Number(text) >= now ? "alive" : "silent";
    told.push(`${reader} (${place}, ${heir === undefined ? state : `taken over by ${heir}`})`);
  }
  return told.length === 0 ? "none" : told.join(", ");
}
