/** When doors are shut and opened again, for whom, and what they say is stuck. */

import { expect, it } from "vitest";
import { toInstant } from "../../base/clock.ts";
import { type BacklogLook, Gates } from "./gates.ts";
import { nameStuck } from "./watch.ts";

const MIB = 1_048_576;
const look: BacklogLook = {
  stream: "prices",
  bytes: 0,
  bytesMax: 10 * MIB,
  freeBytes: 100 * MIB,
  freeBytesMin: 50 * MIB,
  stuck: "the warehouse is down",
};

function judged(...looks: readonly Partial<BacklogLook>[]): Gates {
  const gates = new Gates();
  looks.forEach((one, at) => gates.judge({ ...look, ...one }, toInstant(1000 * at)));
  return gates;
}

it("lets everything in up to the bound, and says what is stuck above it", () => {
  expect(judged({ bytes: 10 * MIB }).refusal("prices")).toBeUndefined();
  const refusal = judged({ bytes: 10 * MIB + 1 }).refusal("prices");
  expect(refusal?.row.status).toBe(429);
  expect(refusal?.facts["retryAfterS"]).toBe(5);
  expect(refusal?.message).toBe(
    "Stream prices has 10.0 MiB on their way to the warehouse, and may have 10.0 MiB. Stuck: the warehouse is down.",
  );
});

it("opens again only when a tenth is free, and tells since when it was shut", () => {
  const shut = judged({}, { bytes: 11 * MIB }, { bytes: 9.5 * MIB });
  expect(shut.trouble("prices")).toMatchObject({ code: "BACKLOG_FULL", since: 1000 });
  const open = judged({ bytes: 11 * MIB }, { bytes: 9 * MIB });
  expect(open.trouble("prices")).toBeUndefined();
  expect(open.refusal("prices")).toBeUndefined();
});

it("keeps a floor of the disk free", () => {
  const low = judged({ freeBytes: 49 * MIB });
  expect(low.refusal("prices")?.code).toBe("DISK_LOW");
  expect(judged({ freeBytes: 49 * MIB }, { freeBytes: 52 * MIB }).refusal("prices")?.code).toBe(
    "DISK_LOW",
  );
  expect(judged({ freeBytes: 49 * MIB }, {}).refusal("prices")).toBeUndefined();
});

it("holds up no other stream, unless dead letters can no longer be kept", () => {
  expect(judged({ bytes: 11 * MIB }).refusal("others")).toBeUndefined();
  const letters = judged({ stream: "dead_letters", bytes: 11 * MIB });
  expect(letters.refusal("others")?.code).toBe("BACKLOG_FULL");
});

const running = { up: true, restarts: 0 };
const trouble = { code: "LAKE_WRITE_FAILED", message: "no room", since: toInstant(0), attempts: 3 };

it.each([
  ["delivery: no room", running, { trouble }, {}],
  ["the warehouse is down", { ...running, up: false }, {}, {}],
  ["the warehouse: no room", running, {}, { trouble }],
  ["delivery does not keep up", running, { records: 4 }, {}],
  ["the warehouse does not keep up, or does not answer", running, { records: 5 }, {}],
])("names what is stuck: %s", (...row) => {
  const [says, warehouse, delivery, loading] = row;
  const at = {
    stream: { records: 9 },
    delivery: { records: 0, trouble: undefined, ...delivery },
    warehouse: { records: 0, trouble: undefined, ...loading },
  };
  expect(nameStuck({ warehouse }, at as Parameters<typeof nameStuck>[1])).toBe(says);
});
