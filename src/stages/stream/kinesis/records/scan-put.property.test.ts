/** The fast way reads what the general way reads, or leaves it alone. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fromJson } from "../../../../wire/codec/from-json.ts";
import { checkConstraints } from "../../../../wire/shapes/constraints.ts";
import { WireFault } from "../../../../wire/wire-fault.ts";
import { MODEL } from "../model/model.ts";
import { toKeyed } from "./keyed.ts";
import type { RawEntry } from "./put.ts";
import { scanPut } from "./scan-put.ts";

const INPUT = MODEL.structure("PutRecordsInput");

interface Put {
  readonly StreamName?: string;
  readonly Records: readonly RawEntry[];
}

/** What the general way makes of a body; undefined when it refuses it. */
function generally(body: Buffer): { name: string; records: object } | undefined {
  try {
    const input = fromJson(body, INPUT);
    checkConstraints(input, INPUT);
    const { StreamName = "", Records } = input as Put;
    const entries = Records.map(
      ({ Data: data, PartitionKey: key = "", ExplicitHashKey: explicitHash }) => ({
        data,
        key,
        explicitHash,
      }),
    );
    return { name: StreamName, records: plain(toKeyed(entries)) };
  } catch (thrown) {
    if (thrown instanceof WireFault) {
      return undefined;
    }
    throw thrown;
  }
}

function plain({ count, bytes, starts, ends, hashes, keys }: ReturnType<typeof toKeyed>): object {
  return {
    texts: Array.from({ length: count }, (_, i) => bytes.toString("hex", starts[i], ends[i])),
    hashes: [...hashes.subarray(0, 4 * count)],
    keys: keys.slice(0, count),
  };
}

const good = fc.record(
  {
    Data: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString("base64")),
    PartitionKey: fc.string({ minLength: 1, maxLength: 12, unit: "grapheme-composite" }),
    ExplicitHashKey: fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map(String),
  },
  { requiredKeys: ["Data", "PartitionKey"] },
);
const odd = fc.record(
  {
    Data: fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString("base64")),
      fc.base64String(),
      fc.string(),
    ),
    PartitionKey: fc.oneof(
      fc.string({ minLength: 1, maxLength: 12 }),
      fc.string({ unit: "binary" }),
    ),
    ExplicitHashKey: fc.oneof(
      fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map(String),
      fc.string(),
    ),
  },
  { requiredKeys: ["Data", "PartitionKey"] },
);
const record = fc.oneof({ weight: 20, arbitrary: good }, { weight: 1, arbitrary: odd });
const request = fc.record({
  Records: fc.array(record, { minLength: 1, maxLength: 6 }),
  StreamName: fc.constantFrom("s", "orders.v1", "a b"),
});

function compare(body: Buffer): boolean {
  const scanned = scanPut(body);
  if (scanned === undefined) {
    return false;
  }
  expect({ name: scanned.name, records: plain(scanned.records) }).toEqual(generally(body));
  return true;
}

test("whatever the fast way takes is what the general way takes, to the last bit", () => {
  let taken = 0;
  fc.assert(
    fc.property(request, fc.constantFrom(undefined, 1), (value, indent) => {
      taken += Number(compare(Buffer.from(JSON.stringify(value, undefined, indent))));
    }),
    { numRuns: 2000 },
  );
  expect(taken).toBeGreaterThan(500);
});

test("a good body with any byte changed is read the same by both, or left to the general way", () => {
  const whole = Buffer.from(
    '{"Records": [{"Data": "aGVsbG8=", "PartitionKey": "k"}, {"Data": "eA==", "PartitionKey": "m", "ExplicitHashKey": "12"}], "StreamName": "s"}',
  );
  expect(compare(whole)).toBe(true);
  for (let at = 0; at < whole.length; at += 1) {
    for (let byte = 0; byte < 256; byte += 1) {
      const body = Buffer.from(whole);
      body[at] = byte;
      compare(body);
    }
    compare(whole.subarray(0, at));
  }
});
