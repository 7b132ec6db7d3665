/** Live events of one stream, as server-sent events. */

import type { Journey } from "../journey.ts";
import { toLogged } from "../where/logged.ts";

const READ_BYTES = 1_048_576;
const WAIT_MS = 15_000;
/** A reader that falls this many frames behind is moved to the newest end and told so. */
const BEHIND_BYTES_MAX = 16 * 1_048_576;

/**
 * Text of an event stream: `event: record` with {id, shard, sequence, accepted_at, event}, and a comment when nothing
 * comes. Ends on abort; undefined when there is no such stream.
 */
export async function* tailStream(
  journey: Journey,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const stream = journey.plan.streams.find((one) => one.name === name);
  await using tail = await journey.read(name);
  if (stream === undefined || tail === undefined) {
    return;
  }
  yield `: ${name} from now on\n\n`;
  let position = tail.from;
  let sent = 0;
  while (!signal.aborted) {
    const frames = await tail.reader.read(position, READ_BYTES);
    for (const frame of frames) {
      for (let index = 0; index < frame.count && !signal.aborted; index += 1) {
        const { id, shard, sequence, acceptedAt, bytes } = toLogged(stream, frame, index);
        const head = { id, shard, sequence, accepted_at: new Date(acceptedAt).toISOString() };
        yield `event: record\ndata: ${JSON.stringify(head).slice(0, -1)},"event":${show(bytes)}}\n\n`;
      }
      sent += frame.bytes.length;
      position = frame.next;
    }
    if (sent > BEHIND_BYTES_MAX) {
      sent = 0;
      position = await tail.reader.newest();
      yield "event: skipped\ndata: {}\n\n";
    }
    if (frames.length === 0 && !(await tail.reader.wait(position, WAIT_MS, signal))) {
      sent = 0;
      yield ": nothing new\n\n";
    }
  }
}

/** The record as JSON on one line; bytes that are none are shown as base64. */
function show(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  try {
    JSON.parse(text);
    return text.replaceAll(/[\r\n]/g, " ");
  } catch {
    return JSON.stringify({ base64: bytes.toString("base64") });
  }
}
