/** NDJSON objects: each record as it came with the lineage as members at its end. */

import type { Instant } from "../../../../base/clock.ts";
import type { Column } from "../../../../base/record.ts";
import { type BlockPool, ByteSink } from "../byte-sink.ts";
import { jsonText } from "../json.ts";
import { RESERVED_NAMES, timestampText, writeDecimal } from "../lineage.ts";
import type { FormatWriter, Row, RowFrame, ScannedRecord, WriterOptions } from "../writer.ts";

const OPEN_BRACE = 0x7b;
const ID_MEMBER = Buffer.from(`"_event_id":"`);

export function openNdjsonWriter({ columns }: WriterOptions, pool: BlockPool): FormatWriter {
  const sink = new ByteSink(pool);
  const middle = Buffer.alloc(64);
  const tail = Buffer.alloc(96);
  let middleLength = 0;
  let tailLength = 0;
  let lineage: RowFrame = { shard: 0, acceptedAt: "" };

  function startFrame(shard: number, acceptedAt: Instant): void {
    lineage = { shard, acceptedAt: timestampText(acceptedAt) };
    middleLength = middle.write(`",${beforeSequence(lineage)}`);
    tailLength = tail.write(`${behindSequence(lineage)}null}\n`);
  }

  function scanned({ bytes, start, end, sequence, id }: ScannedRecord): void {
    const idLength = id.end - id.start;
    sink.reserve(end - start + idLength + 256);
    const target = sink.block;
    let at = sink.at + bytes.copy(target, sink.at, start, end - 1);
    if (bytes[end - 2] !== OPEN_BRACE) {
      target[at] = 0x2c;
      at += 1;
    }
    at += ID_MEMBER.copy(target, at);
    target.set(id.bytes.subarray(id.start, id.end), at);
    at += idLength;
    at += middle.copy(target, at, 0, middleLength);
    at = writeDecimal(target, at, sequence);
    sink.at = at + tail.copy(target, at, 0, tailLength);
  }

  return {
    startFrame,
    scanned,
    row: (row) => sink.text(ndjsonLine(columns, row, lineage)),
    finish: () => sink.chunks(),
    release: () => sink.release(),
  };
}

/** What a row made the general way is as a line. */
export function ndjsonLine(columns: readonly Column[], row: Row, frame: RowFrame): string {
  const { inPlace, extra } = split(row.unknown);
  const members = columns.map((column, index) => member(column, row.values[index])).join("");
  const others = Object.entries(inPlace).map(([name, value]) => pair(name, value));
  const id = `"_event_id":${JSON.stringify(row.eventId)},`;
  const sequence = JSON.stringify(row.sequence);
  const place = `${beforeSequence(frame)}${sequence}${behindSequence(frame)}`;
  return `{${members}${others.join("")}${id}${place}${extra}}\n`;
}

function beforeSequence({ shard }: RowFrame): string {
  return `"_shard":${shard},"_sequence":`;
}

function behindSequence({ acceptedAt }: RowFrame): string {
  return `,"_accepted_at":"${acceptedAt}","_extra":`;
}

function member({ name }: Column, value: unknown): string {
  return value === undefined ? "" : pair(name, value);
}

function pair(name: string, value: unknown): string {
  return `${JSON.stringify(name)}:${jsonText(value)},`;
}

/** Unknown members stay where they are, but those whose names the lineage needs move into `_extra`. */
function split(unknown: Row["unknown"]): { inPlace: Record<string, unknown>; extra: string } {
  if (unknown === undefined) {
    return { inPlace: {}, extra: "null" };
  }
  const entries = Object.entries(unknown);
  const taken = entries.filter(([name]) => RESERVED_NAMES.has(name));
  return {
    inPlace: Object.fromEntries(entries.filter(([name]) => !RESERVED_NAMES.has(name))),
    extra: taken.length === 0 ? "null" : jsonText(Object.fromEntries(taken)),
  };
}
