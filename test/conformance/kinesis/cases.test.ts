/** The cases that other twins are asked too, over Millrace: it gives in each what Kinesis gives, however it is asked. */

import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { beforeAll, describe, expect, test } from "vitest";
import { OPERATIONS } from "../../../src/stages/stream/kinesis/operations.ts";
import { BEHAVIOURS } from "./cases/behaviours.ts";
import { observed, textOfValues } from "./cases/place.ts";
import { SETTINGS } from "./cases/settings.ts";
import { CONSUMERS, STATES } from "./cases/states.ts";
import { serveTests } from "./serve-tests.ts";
import { TRANSPORTS } from "./serve.ts";

describe.each(TRANSPORTS)("$name", ({ how }) => {
  const served = serveTests();
  const driven = new Set<string | undefined>();
  let client: KinesisClient;

  beforeAll(() => {
    client = served.client(how);
    client.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          driven.add(commandName?.replace(/Command$/, ""));
          return next(args);
        },
      { step: "initialize" },
    );
  });

  test.each([...BEHAVIOURS, ...SETTINGS, ...STATES, ...CONSUMERS])("$name", async (behaviour) => {
    expect(await observed(client, behaviour)).toBe(textOfValues(behaviour.gives));
  });

  test("these cases drive every operation but the one that is a stream of events", () => {
    const never = OPERATIONS.map(({ name }) => name).filter((name) => !driven.has(name));
    expect(never).toEqual(["SubscribeToShard"]);
  });
});
