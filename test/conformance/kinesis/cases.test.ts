/** The cases that other twins are asked too, over Millrace: it gives in each what Kinesis gives. */

import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BEHAVIOURS } from "./cases/behaviours.ts";
import { observed, textOfValues } from "./cases/place.ts";
import { SETTINGS } from "./cases/settings.ts";
import { scratchFolder, serve, type Served } from "./serve.ts";

const scratch = scratchFolder();
let served: Served;
let client: KinesisClient;

beforeAll(async () => {
  served = await serve(scratch.path);
  client = served.client(1);
});

afterAll(async () => {
  await served[Symbol.asyncDispose]();
  scratch[Symbol.dispose]();
});

test.each([...BEHAVIOURS, ...SETTINGS])("$name", async (behaviour) => {
  expect(await observed(client, behaviour)).toBe(textOfValues(behaviour.gives));
});
