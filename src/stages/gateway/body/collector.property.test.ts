/** Whatever chunks arrive, the body is theirs, the limits hold, and every byte is given back. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Fault } from "../../../base/faults.ts";
import { BufferPool } from "./buffer-pool.ts";
import { ByteBudget } from "./budget.ts";
import { Collector } from "./collector.ts";

const bodies = fc.array(fc.uint8Array({ maxLength: 40_000 }), { maxLength: 12 });

test("bodies gathered side by side do not mix, and nothing stays held", () => {
  const pool = new BufferPool(1_000_000);
  const budget = new ByteBudget(10_000_000);
  fc.assert(
    fc.property(fc.array(fc.record({ chunks: bodies, announce: fc.boolean() })), (all) => {
      const open = all.map(({ chunks, announce }) => {
        const whole = Buffer.concat(chunks);
        const announced = announce ? whole.length : undefined;
        const collector = new Collector({ budget, pool, bytesMax: 1_000_000, announced });
        return { collector, whole, chunks };
      });
      for (let turn = 0; turn < 12; turn += 1) {
        for (const { collector, chunks } of open) {
          const chunk = chunks[turn];
          collector.add(Buffer.from(chunk ?? []));
        }
      }
      for (const { collector, whole } of open) {
        expect(collector.bytes().equals(whole)).toBe(true);
      }
      expect(budget.held).toBe(open.reduce((sum, { whole }) => sum + whole.length, 0));
      for (const { collector } of open) {
        collector.release();
        collector.release();
      }
      expect(budget.held).toBe(0);
    }),
    { numRuns: 50 },
  );
});

test("never more than the limit of one body or of all", () => {
  const codes = fc.record({ own: fc.nat(100), all: fc.nat(100), announce: fc.boolean() });
  fc.assert(
    fc.property(codes, fc.array(fc.nat(40), { maxLength: 8 }), ({ own, all, announce }, sizes) => {
      const budget = new ByteBudget(all);
      const total = sizes.reduce((sum, size) => sum + size, 0);
      let code = "";
      try {
        const announced = announce ? total : undefined;
        const pool = new BufferPool(0);
        const collector = new Collector({ budget, pool, bytesMax: own, announced });
        for (const size of sizes) {
          collector.add(Buffer.alloc(size));
        }
      } catch (thrown) {
        code = thrown instanceof Fault ? thrown.code : "";
      }
      expect(budget.held).toBeLessThanOrEqual(Math.min(own, all));
      expect(code === "").toBe(total <= Math.min(own, all));
    }),
  );
});
