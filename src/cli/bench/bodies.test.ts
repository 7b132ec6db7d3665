/** What the bench sends: as many events as asked for, none of them twice, and all of them as the schema wants them. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { z } from "zod";
import { defined } from "../../base/assert.ts";
import { planPipeline } from "../../plan/plan-pipeline.ts";
import type { StreamPlan } from "../../plan/plan.ts";
import { bodiesOf, madeBodies } from "./bodies.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-bodies-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const schema = z.object({
  id: z.string(),
  shop: z.enum(["north", "south"]),
  code: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .meta({ examples: ["ABC"] }),
  short: z.string().max(6),
  price: z.number(),
});

function planned(more: object): StreamPlan {
  const given = { name: "t", streams: { sales: { schema, ...more } } };
  return defined(planPipeline(given, "/nowhere/pipeline.ts").streams[0], "sales");
}

function eventsOf(bodies: readonly { readonly body: Buffer }[]): Record<string, unknown>[] {
  const lines = bodies.flatMap(({ body }) => body.toString().trimEnd().split("\n"));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

it("differ in the fields of key and id, and in nothing that a rule fixes", () => {
  const { batches, singles } = madeBodies(
    planned({ id: "id", key: ["shop", "code", "short"] }),
    20,
    "r",
  );
  expect(batches.every(({ records }) => records === 20)).toBe(true);
  const events = [...eventsOf(batches), ...eventsOf(singles)];
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  expect(new Set(events.map(({ shop, code }) => `${String(shop)} ${String(code)}`)).size).toBe(1);
  expect(events.flatMap((event) => schema.safeParse(event).error?.issues ?? [])).toEqual([]);
});

it("differ in every free text where id is a function, and from round to round", () => {
  const stream = planned({ id: (event: { id: string }) => event.id });
  const [one, other] = ["a", "b"].map((round) => eventsOf(madeBodies(stream, 5, round).batches));
  const ids = new Set([...(one ?? []), ...(other ?? [])].map(({ id }) => id));
  expect(ids.size).toBe((one?.length ?? 0) + (other?.length ?? 0));
});

it("come from a file as they are, header and all", async () => {
  const file = join(folder, "sales.csv");
  writeFileSync(file, `id,price\n${Array.from({ length: 7 }, (_, n) => `${n},1`).join("\n")}\n`);
  const { batches, singles } = await bodiesOf(file, 3);
  expect(batches.map(({ records }) => records)).toEqual([3, 3, 1]);
  expect(batches.map(({ body }) => body.toString().split("\n")[0])).toEqual(
    Array.from({ length: 3 }, () => "id,price"),
  );
  expect(singles).toHaveLength(7);
  writeFileSync(file, "");
  await expect(bodiesOf(file, 3)).rejects.toMatchObject({ code: "FILE_UNREADABLE" });
});
