/** Closes one stream: whole, or online from where the last closing that balanced ended. */

import type { ClosedStream, StreamMeans } from "./stream-account.ts";
import { StreamBooks } from "./stream-books.ts";

/** Cuts of those that are closed that an online closing looks at once more, so that all come round in time. */
const AGAIN_CUTS = 8;

export async function closeStream(means: StreamMeans): Promise<ClosedStream> {
  const { since } = means;
  if (since === undefined) {
    return await new StreamBooks(means).close();
  }
  const closed = await new StreamBooks(means).close();
  const from = since.again > since.cut ? 1 : since.again;
  const to = Math.min(from + AGAIN_CUTS - 1, since.cut);
  const loaded = { ...means.loaded, cut: to };
  const again = await new StreamBooks({ ...means, since: undefined, loaded }).lookAgain(from, to);
  const findings = [...closed.findings, ...again];
  // What is wrong is looked for whole, so that all of it is told, now and at each closing until it is mended.
  if (findings.some(({ state }) => state !== "BALANCED")) {
    return await new StreamBooks({ ...means, since: undefined }).close();
  }
  return { findings, mark: closed.mark && { ...closed.mark, again: to + 1 } };
}
