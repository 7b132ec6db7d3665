/** The mark that a hanging transform leaves, who is suspected for it, and what the encoder passes over. */

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { DeadLetter } from "../../../base/dead-letter.ts";
import { BlockPool } from "../encode/byte-sink.ts";
import { openEncoder } from "../encode/encoder.ts";
import { planOne, toFrame } from "../fixture.ts";
import { openGuard } from "./guard.ts";
import { clearMark, newMark, readMark, setMark } from "./mark.ts";
import { Suspects } from "./suspects.ts";

const record = { stream: 0, shard: 3, sequence: 7 };

describe("the mark", () => {
  it("says any place of any stream, and nothing when nothing runs", () => {
    const cells = new Int32Array(newMark());
    expect(readMark(cells)).toBeUndefined();
    const places = fc.record({
      stream: fc.nat(255),
      shard: fc.nat(1023),
      sequence: fc.maxSafeNat(),
    });
    const holds = fc.property(places, (place) => {
      setMark(cells, place);
      expect(readMark(cells)).toEqual(place);
    });
    fc.assert(holds);
    clearMark(cells);
    expect(readMark(cells)).toBeUndefined();
  });
});

describe("a suspect", () => {
  it("is the record on which two threads in a row have ended", () => {
    const suspects = new Suspects();
    expect([suspects.note(record), suspects.note(undefined), suspects.note(record)]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it("is cleared by a death on another", () => {
    const suspects = new Suspects();
    const other = { ...record, sequence: 8 };
    const deaths = [record, other, record, other, other].map((one) => suspects.note(one));
    expect(deaths).toEqual([false, false, false, false, true]);
  });
});

describe("the encoder", () => {
  const schema = z.object({ n: z.int() });
  const frame = toFrame(["1", "2", "3", "4"].map((n) => `{"n":${n}}`));
  const at = frame.firstSequence + 2;

  it("marks each record while its transform runs, and none after the last", () => {
    const cells = new Int32Array(newMark());
    const seen: unknown[] = [];
    const transform = (event: { n: number }): object => {
      seen.push(readMark(cells));
      return event;
    };
    const guard = openGuard({ poisoned: [], mark: { cells, stream: 5 } });
    const plan = planOne({ schema, deliver: { format: "ndjson", transform } });
    openEncoder(plan, new BlockPool(65_536), guard).open().add(frame, 0, 3);
    const sequences = [0, 1, 2].map((index) => frame.firstSequence + index);
    expect(seen).toEqual(
      sequences.map((sequence) => ({ stream: 5, shard: frame.shard, sequence })),
    );
    expect(readMark(cells)).toBeUndefined();
  });

  it("sets a poisoned record aside untried, with the same bytes each time, and keeps its neighbours", () => {
    const tried: number[] = [];
    const transform = (event: { n: number }): object => {
      tried.push(event.n);
      return event;
    };
    const plan = planOne({ schema, deliver: { format: "ndjson", transform } });
    const says = "The transform did not return.";
    const poisoned = [{ stream: plan.name, shard: frame.shard, sequence: at, says }];
    const made = [1, 2].map(() => {
      const guard = openGuard({ poisoned });
      const batch = openEncoder(plan, new BlockPool(65_536), guard).open();
      batch.add(frame, 0, frame.count);
      const { rows, failed } = batch.finish();
      return {
        rows: Buffer.concat(rows.chunks).toString(),
        failed: Buffer.concat(failed.chunks).toString(),
      };
    });
    expect(made[0]).toEqual(made[1]);
    expect(tried).toEqual([1, 2, 4, 1, 2, 4]);
    const letter = JSON.parse(made[0]?.failed ?? "") as DeadLetter;
    expect(letter).toMatchObject({
      stage: "transform",
      reasons: [{ code: "TRANSFORM_FAILED", message: says }],
      raw_text: '{"n":3}',
    });
    expect(made[0]?.rows.trim().split("\n")).toHaveLength(3);
  });
});
