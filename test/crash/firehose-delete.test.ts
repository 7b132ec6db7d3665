/** Kills amid DeleteDeliveryStream: the next start ends the deletion, and nothing of the stream is left on disk. */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DeleteDeliveryStreamCommand } from "@aws-sdk/client-firehose";
import { expect, test } from "vitest";
import { Hoses } from "../conformance/firehose/hoses.ts";

const WAIT = { timeout: 60_000, interval: 100 };
const STREAMS = 4;
/** A kill may come when all deletions are done; then it is tried again. */
const LIVES_MAX = 5;

interface Left {
  readonly names: number;
  readonly deleting: number;
  readonly logs: number;
  /** Rows of the journal: records that wait for their partition, and how far streams are. */
  readonly rows: number;
}

const NOTHING: Left = { names: 0, deleting: 0, logs: 0, rows: 0 };

test("a kill amid deletions leaves nothing behind", { timeout: 300_000 }, async () => {
  await using hoses = new Hoses();
  let cut = 0;
  for (let life = 0; cut === 0 && life < LIVES_MAX; life += 1) {
    await hoses.start();
    const names = Array.from({ length: STREAMS }, (_none, n) => `life-${life}-${n}`);
    for (const name of names) {
      await createWaiting(hoses, name);
    }
    // A row of records and one of how far was read, each.
    await expect.poll(() => left(hoses).rows, WAIT).toBe(2 * STREAMS);
    const deletes = names.map((DeliveryStreamName) =>
      hoses.client.send(new DeleteDeliveryStreamCommand({ DeliveryStreamName })),
    );
    await Promise.any(deletes);
    await hoses.pipeline.kill();
    await Promise.allSettled(deletes);
    const { deleting, rows } = left(hoses);
    cut = Math.min(deleting, rows);
    await hoses.start();
    await expect.poll(() => left(hoses).deleting, WAIT).toBe(0);
    // Those that no kill came too late for.
    const known = names.map((DeliveryStreamName) =>
      hoses.client.send(new DeleteDeliveryStreamCommand({ DeliveryStreamName })),
    );
    await Promise.allSettled(known);
    await expect.poll(() => left(hoses), WAIT).toEqual(NOTHING);
    await hoses.pipeline.stop();
  }
  expect(cut).toBeGreaterThan(0);
});

/** A delivery stream whose records wait for their partition, on disk. */
async function createWaiting(hoses: Hoses, name: string): Promise<void> {
  await hoses.create(name, {
    Prefix: "parts/!{partitionKeyFromQuery:p}/",
    ErrorOutputPrefix: "errors/",
    BufferingHints: { SizeInMBs: 64, IntervalInSeconds: 900 },
    DynamicPartitioningConfiguration: { Enabled: true },
    ProcessingConfiguration: {
      Enabled: true,
      Processors: [
        {
          Type: "MetadataExtraction",
          Parameters: [
            { ParameterName: "MetadataExtractionQuery", ParameterValue: "{p: .p}" },
            { ParameterName: "JsonParsingEngine", ParameterValue: "JQ-1.6" },
          ],
        },
      ],
    },
  });
  await hoses.put(name, '{"p":"a"}');
}

function left({ pipeline }: Hoses): Left {
  const folder = join(pipeline.data, "firehose");
  const count = (file: string, query: string): number => {
    using db = new DatabaseSync(join(folder, file), { readOnly: true, timeout: 10_000 });
    return Number(db.prepare(`select (${query}) n`).get()?.["n"]);
  };
  const tables = ["spool", "batches", "cuts", "finished"];
  const rows = tables.map((table) => `(select count(*) from ${table})`).join(" + ");
  const deleting = "select count(*) from streams where entry ->> 'deleting'";
  return {
    names: count("streams.sqlite", "select count(*) from streams"),
    deleting: count("streams.sqlite", deleting),
    logs: readdirSync(join(folder, "logs")).length,
    rows: count("cuts.sqlite", `select ${rows}`),
  };
}
