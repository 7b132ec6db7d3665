/** What a thrown value says, and as which fault it goes on. */

import { expect, it } from "vitest";
import { causeOf, Fault, toFault } from "./faults.ts";

it("what went wrong first is told, where clearing up after it failed as well", async () => {
  const first = new Fault("LAKE_WRITE_FAILED", { name: "a", cause: "ENOSPC" });
  const work = async (): Promise<void> => {
    await using _held = {
      [Symbol.asyncDispose]: () => Promise.reject(new RangeError("and this as well")),
    };
    throw first;
  };
  const thrown: unknown = await work().catch((each: unknown) => each);
  expect(thrown).toBeInstanceOf(SuppressedError);
  expect(toFault(thrown, "DELIVERY_FAILED")).toBe(first);
  expect(causeOf(thrown)).toBe(first.message);
  expect(causeOf(new SuppressedError(thrown, new RangeError("plain"), ""))).toBe("plain");
});
