/** Any batches, cut any way into shards, come back from the bytes of a segment as they were. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { toInstant } from "../../../base/clock.ts";
import type { RecordBatch } from "../../../seams/append.ts";
import { toBatch } from "../../../testing/conformance/append.ts";
import { planByHash, planWhole } from "./batch.ts";
import { addBatch, newFill, segmentHeadBytes, type Fill, type WritePoint } from "./fill.ts";
import { toRegion, type Region, type Stretch } from "./frame.ts";
import { evenShards, toShardMap } from "../shards.ts";
import { walkSegment } from "./walk.ts";

const SHARDS = 3;
const SEGMENT_BYTES = 16_384;
const SHAPE = { id: { low: 0x1234_5671, high: 0x89ab_cdef }, segmentBytes: SEGMENT_BYTES };
const HEAD_BYTES = segmentHeadBytes(SHARDS);
const MAP = toShardMap(evenShards(SHARDS, 0, []));

interface Given {
  readonly records: readonly string[];
  readonly hashes: readonly number[] | undefined;
  readonly ids: readonly string[] | undefined;
  readonly keys: readonly string[] | undefined;
  readonly between: string;
}

const given: fc.Arbitrary<Given> = fc
  .array(fc.string({ maxLength: 60, unit: "binary" }), { minLength: 1, maxLength: 12 })
  .chain((records) => {
    const count = { minLength: records.length, maxLength: records.length };
    const text = fc.option(fc.array(fc.string({ maxLength: 10 }), count), { nil: undefined });
    const hashes = fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), count);
    return fc.record({
      records: fc.constant(records),
      hashes: fc.option(hashes, { nil: undefined }),
      ids: text,
      keys: text,
      between: fc.constantFrom("\n", "", ",", "\n\n"),
    });
  });

function freshPoint(): WritePoint {
  const sequences = new Float64Array(SHARDS);
  return { segment: 0, offset: 0, sealed: true, life: 1, acceptedAt: 0, sequences, recordBytes: 0 };
}

function append(fill: Fill, point: WritePoint, batch: RecordBatch): void {
  const by = { map: MAP, slots: new Uint16Array(SHARDS) };
  const { hashes } = batch;
  const layout = hashes === undefined ? planWhole(batch, 1) : planByHash(batch, hashes, by);
  const before = fill.used;
  addBatch(fill, point, { shape: SHAPE, batch, layout, acceptedAt: toInstant(7) });
  expect(fill.used - before).toBeGreaterThanOrEqual(layout.size);
  expect(by.slots).toEqual(new Uint16Array(SHARDS));
}

function toGivenBatch({ records, hashes, ids, keys, between }: Given): RecordBatch {
  const extras = {
    ...(hashes === undefined ? {} : { hashes }),
    ...(ids === undefined ? {} : { ids }),
    ...(keys === undefined ? {} : { keys }),
  };
  return toBatch(records, { ...extras, between });
}

/** Segment 1 as it is on disk when the fill is written. */
function toSegment(fill: Fill): Region {
  const region = toRegion(SEGMENT_BYTES);
  region.bytes.fill(0);
  const span = fill.spans.find(({ segment }) => segment === 1);
  fill.region.bytes.copy(region.bytes, 0, span?.from, span?.to);
  return region;
}

const STRETCH: Stretch = { id: SHAPE.id, base: SEGMENT_BYTES, end: SEGMENT_BYTES };

test("a walk over the bytes counts what was appended", () => {
  fc.assert(
    fc.property(fc.array(given, { minLength: 1, maxLength: 3 }), (batches) => {
      const fill = newFill();
      const point = freshPoint();
      for (const batch of batches) {
        append(fill, point, toGivenBatch(batch));
      }
      const walked = walkSegment(toSegment(fill), STRETCH, SHARDS);
      expect(walked).toEqual({
        kind: "tail",
        tail: {
          offset: point.offset,
          sealed: false,
          writtenFrom: 0,
          life: 1,
          acceptedAt: 7,
          sequences: [...point.sequences],
          recordBytes: batches
            .flatMap((batch) => batch.records)
            .reduce((sum, record) => sum + Buffer.byteLength(record), 0),
        },
      });
    }),
  );
});

test("damage before the last write is told from a tear, and a tear of the last write costs only that write", () => {
  fc.assert(
    fc.property(
      fc.array(given, { minLength: 2, maxLength: 4 }),
      fc.nat({ max: SEGMENT_BYTES - 1 }),
      (batches, place) => {
        const point = freshPoint();
        const region = toRegion(SEGMENT_BYTES);
        region.bytes.fill(0);
        let lastWrite = 0;
        for (const batch of batches) {
          const fill = newFill();
          lastWrite = point.sealed ? 0 : point.offset;
          append(fill, point, toGivenBatch(batch));
          fill.region.bytes.copy(region.bytes, lastWrite, 0, fill.used);
        }
        const at = place % point.offset;
        region.bytes[at] = (region.bytes[at] ?? 0) ^ 0x10;
        const walked = walkSegment(region, STRETCH, SHARDS);
        expect(walked.kind).toBe(at < lastWrite ? "damaged" : "tail");
        const offset = walked.kind === "tail" ? walked.tail.offset : lastWrite;
        expect(offset).toBe(lastWrite);
      },
    ),
  );
});

test("one write cut off or overwritten anywhere ends the log after a whole append, never in one", () => {
  fc.assert(
    fc.property(
      fc.array(given, { minLength: 1, maxLength: 3 }),
      fc.nat({ max: SEGMENT_BYTES - 1 }),
      fc.boolean(),
      (batches, place, cut) => {
        const fill = newFill();
        const point = freshPoint();
        const ends: { offset: number; sequences: number[] }[] = [];
        for (const batch of batches) {
          append(fill, point, toGivenBatch(batch));
          ends.push({ offset: point.offset, sequences: [...point.sequences] });
        }
        const region = toSegment(fill);
        const at = place % point.offset;
        if (cut) {
          region.bytes.fill(0, at);
        } else {
          region.bytes[at] = (region.bytes[at] ?? 0) ^ 0xff;
        }
        // All was one write, so nothing in it contradicts an earlier end. Without its head the segment is unused.
        const walked = walkSegment(region, STRETCH, SHARDS);
        const end = walked.kind === "tail" ? walked.tail : { offset: 0, sequences: [] };
        const { offset, sequences } = end;
        const whole = [{ offset: HEAD_BYTES, sequences: [0, 0, 0] }, ...ends];
        expect(walked.kind).toBe(offset === 0 ? "unused" : "tail");
        expect([{ offset: 0, sequences: [] }, ...whole]).toContainEqual({ offset, sequences });
        // Every append that ends before the place is kept; zeros cut off may have been the last one's padding.
        expect(offset).toBeGreaterThanOrEqual(
          whole.findLast((each) => each.offset <= at)?.offset ?? 0,
        );
        expect(offset <= at || cut).toBe(true);
      },
    ),
  );
});
