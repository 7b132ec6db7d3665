/** A whole answer as a stream that reads on only as its client does, and gives its place back however it ends. */

import type { RowFormat } from "../../seams/query.ts";

interface Begun {
  readonly body: ReadableStream<Uint8Array>;
  /** There is no row in it. */
  readonly empty: boolean;
}

/** The first rows are awaited, so that a query that fails is a fault and not a broken stream. */
export async function streamRows(
  chunks: AsyncIterable<string>,
  format: RowFormat,
  ended: () => void,
): Promise<Begun> {
  const iterator = chunks[Symbol.asyncIterator]();
  const head: string[] = [];
  // CSV's first chunk may be its header alone.
  const wanted = format === "csv" ? 2 : 1;
  let over = false;
  while (head.length < wanted && !over) {
    const next = await iterator.next();
    over = next.done === true;
    if (next.done !== true) {
      head.push(next.value);
    }
  }
  const empty =
    format === "csv" ? head.join("").trimEnd().split("\n").length < 2 : head.length === 0;
  return { body: toBody(head, iterator, ended), empty };
}

function toBody(
  head: string[],
  iterator: AsyncIterator<string>,
  ended: () => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const begun = head.shift();
          const next = begun === undefined ? await iterator.next() : { done: false, value: begun };
          if (next.done === true) {
            ended();
            controller.close();
          } else {
            controller.enqueue(encoder.encode(next.value));
          }
        } catch (thrown) {
          ended();
          controller.error(thrown);
        }
      },
      async cancel() {
        ended();
        await iterator.return?.();
      },
    },
    { highWaterMark: 1 },
  );
}
