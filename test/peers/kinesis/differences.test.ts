/** The cases of Kinesis' conformance asked of other twins: where they differ, a table says who is right and why. */

import { KinesisClient } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BEHAVIOURS } from "../../conformance/kinesis/cases/behaviours.ts";
import { observed, refused, REGION, textOfValues } from "../../conformance/kinesis/cases/place.ts";
import { makeAsked, REFUSALS } from "../../conformance/kinesis/cases/refusals.ts";
import { SETTINGS } from "../../conformance/kinesis/cases/settings.ts";
import { STATES } from "../../conformance/kinesis/cases/states.ts";
import { type Peer, startKinesisLocal, startMoto } from "../processes.ts";
import { DIFFERENCES, type Twin } from "./differences.ts";

const STARTS: Readonly<Record<Twin, () => Promise<Peer>>> = {
  "kinesis-local": startKinesisLocal,
  moto: startMoto,
};

interface Asked {
  readonly name: string;
  readonly says: string;
  readonly ask: (client: KinesisClient) => Promise<string>;
}

const CASES: readonly Asked[] = [
  ...REFUSALS.map((one) => ({ ...one, ask: (client: KinesisClient) => refused(client, one) })),
  ...[...BEHAVIOURS, ...SETTINGS, ...STATES].map((one) => ({
    name: one.name,
    says: textOfValues(one.gives),
    ask: (client: KinesisClient) => observed(client, one),
  })),
];

it("the table names cases that there are, each once", () => {
  const names = new Set(CASES.map(({ name }) => name));
  expect(names.size).toBe(CASES.length);
  const rows = DIFFERENCES.map(({ name, twin }) => `${twin}: ${name}`);
  expect(rows.toSorted()).toEqual([...new Set(rows)].toSorted());
  expect(DIFFERENCES.filter(({ name }) => !names.has(name))).toEqual([]);
});

describe.each(Object.keys(STARTS) as Twin[])("%s", (twin) => {
  let peer: Peer;
  let client: KinesisClient;

  beforeAll(async () => {
    peer = await STARTS[twin]();
    client = new KinesisClient({
      endpoint: peer.url,
      region: REGION,
      credentials: { accessKeyId: "AKIATWIN", secretAccessKey: "nothing-secret" },
      maxAttempts: 1,
      requestHandler: new NodeHttpHandler({ requestTimeout: 100_000 }),
    });
    await makeAsked(client);
  });

  afterAll(async () => {
    client.destroy();
    await peer[Symbol.asyncDispose]();
  });

  it.each(CASES)("$name", async ({ name, says, ask }) => {
    const said = await ask(client);
    const row = DIFFERENCES.find((one) => one.twin === twin && one.name === name);
    // Kinesis' words, unless the table knows others: then those, or the table is out of date.
    const wanted = row?.says ?? says;
    expect(said.slice(0, wanted.length)).toBe(wanted);
    expect(row === undefined || !said.startsWith(says)).toBe(true);
  });
});
