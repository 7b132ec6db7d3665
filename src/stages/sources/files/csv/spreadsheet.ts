/** What spreadsheets do to CSV: lines that end with a carriage return alone, and a first line that names the delimiter. */

import { DELIMITERS } from "./dialect.ts";

const [LINE_FEED, CARRIAGE_RETURN] = [0x0a, 0x0d];
/** Excel reads it, hides it, and takes the sign for the delimiter. */
const SEP_LINE = /^"?sep=([,;\t|])"?\r?\n/i;

export interface CsvText {
  readonly head: string;
  readonly all: AsyncIterable<Buffer>;
  /** As the file itself says. */
  readonly delimiter: (typeof DELIMITERS)[number] | undefined;
  /** Lines that were left out before the header. */
  readonly linesBefore: number;
}

/** The text with line feeds, from its header on; `say` hears what was done. */
export function fromSpreadsheet(
  text: { readonly head: Buffer; readonly all: AsyncIterable<Buffer> },
  say: (note: string) => void,
): CsvText {
  const returns = endsWithReturns(text.head);
  if (returns) {
    say("its lines end with a carriage return alone");
  }
  const head = returns ? withFeeds(text.head) : text.head;
  const all = returns ? mapped(text.all, withFeeds) : text.all;
  const found = SEP_LINE.exec(head.subarray(0, 16).toString("latin1"));
  if (found === null) {
    return { head: head.toString("utf8"), all, delimiter: undefined, linesBefore: 0 };
  }
  const bytes = found[0].length;
  return {
    head: head.subarray(bytes).toString("utf8"),
    all: behind(all, bytes),
    delimiter: DELIMITERS.find((one) => one === found[1]),
    linesBefore: 1,
  };
}

/** The head may end between the two signs of one line's end. */
function endsWithReturns(head: Buffer): boolean {
  const at = head.indexOf(CARRIAGE_RETURN);
  return at !== -1 && at < head.length - 1 && !head.includes(LINE_FEED);
}

function withFeeds(chunk: Buffer): Buffer {
  const copy = Buffer.from(chunk);
  for (let at = copy.indexOf(CARRIAGE_RETURN); at !== -1; at = copy.indexOf(CARRIAGE_RETURN, at)) {
    copy[at] = LINE_FEED;
  }
  return copy;
}

async function* mapped(
  chunks: AsyncIterable<Buffer>,
  turn: (chunk: Buffer) => Buffer,
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    yield turn(chunk);
  }
}

async function* behind(chunks: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const chunk of chunks) {
    const rest = chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
    yield rest;
  }
}
