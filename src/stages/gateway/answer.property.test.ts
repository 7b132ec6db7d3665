/** The hand-built answers are JSON, and say of each record what became of it. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { toInstant } from "../../base/clock.ts";
import type { SetAside } from "../../seams/ingest.ts";
import { toReply } from "./answer.ts";

const fates = fc.array(fc.oneof(fc.string({ unit: "binary" }), fc.constant(undefined)), {
  minLength: 1,
  maxLength: 40,
});

test("records come back in the request's order, each with its own id or letter", () => {
  fc.assert(
    fc.property(fates, fc.boolean(), (ids, minimal) => {
      const rejected: SetAside[] = ids.flatMap((id, member) =>
        id === undefined
          ? [{ member, id: `l.${member}`, reasons: [{ code: "NOT_JSON", path: "", message: '"' }] }]
          : [],
      );
      const accepted = ids.length - rejected.length;
      const answer = {
        count: ids.length,
        accepted,
        duplicates: 0,
        acceptedAt: toInstant(0),
        receipts: undefined,
        rejected,
        ids: ids.filter((id) => id !== undefined),
        members: undefined,
      };
      const reply = toReply(answer, { stream: "s", single: false, minimal });
      const says = JSON.parse(reply.body) as Record<string, unknown>;
      const records = ids.map((id, member) =>
        id === undefined
          ? {
              ...(minimal ? { member } : {}),
              status: "rejected",
              dead_letter: `l.${member}`,
              reasons: [{ code: "NOT_JSON", path: "", message: '"' }],
            }
          : { status: "accepted", id },
      );
      expect(says).toEqual({
        stream: "s",
        count: ids.length,
        accepted,
        duplicates: 0,
        rejected: rejected.length,
        accepted_at: "1970-01-01T00:00:00.000Z",
        records: minimal ? records.filter(({ status }) => status === "rejected") : records,
      });
      const expected = accepted === 0 ? 422 : 207;
      expect(reply.status).toBe(rejected.length === 0 ? 202 : expected);
    }),
  );
});
