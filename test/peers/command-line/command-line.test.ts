/** The AWS command line, of the first and of the second generation, drives every operation of Kinesis and Firehose. */

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OPERATIONS as FIREHOSE_OPERATIONS } from "../../../src/stages/delivery/firehose/firehose.ts";
import type { NewKey } from "../../../src/seams/keys.ts";
import { OPERATIONS } from "../../../src/stages/stream/kinesis/operations.ts";
import { RunningPipeline } from "../../journey/running.ts";

import { CommandLine, GENERATIONS } from "./command-line.ts";
import { FIREHOSE, FIREHOSE_END, KINESIS, type Row } from "./commands.ts";

/** The command line has no commands for events that are pushed, nor for what came last; boto3 drives these two. */
const NOT_BY_COMMAND = new Set([
  "subscribe-to-shard",
  "update-stream-record-distribution-strategy",
]);

function toKebab(name: string): string {
  return name.replaceAll(/(?<!^)[A-Z]/g, "-$&").toLowerCase();
}

function operationsOf(rows: readonly Row[]): Set<string> {
  return new Set(rows.map(({ run }) => run).filter((run) => !run.startsWith("wait ")));
}

it("has a row for every operation there is", () => {
  const kinesis = OPERATIONS.map(({ name }) => toKebab(name));
  const given = kinesis.filter((name) => !NOT_BY_COMMAND.has(name));
  expect(operationsOf(KINESIS)).toEqual(new Set(given));
  const firehose = Object.keys(FIREHOSE_OPERATIONS).map(toKebab);
  expect(operationsOf([...FIREHOSE, ...FIREHOSE_END])).toEqual(new Set(firehose));
});

/** What a row came to; of one that must fail, whether it did so in the words it should. */
interface Came {
  readonly what: string;
  readonly failed: string | boolean;
  readonly answer?: unknown;
}

function wanted(rows: readonly Row[]): readonly Came[] {
  return rows.map(wantedOf);
}

function wantedOf(row: Row): Came {
  return row.fails === undefined
    ? { what: row.run, failed: false, answer: row.says }
    : { what: row.run, failed: true };
}

const WAIT = { timeout: 120_000, interval: 250 };

describe.each(GENERATIONS)("$name", ({ python, recent }) => {
  let pipeline: RunningPipeline;
  let aws: CommandLine;
  let known: Map<string, string>;

  beforeEach(async () => {
    // Less than a minute came later than the second generation that Debian has.
    known = new Map([["SECONDS", recent ? "0" : "60"]]);
    pipeline = new RunningPipeline("test/conformance/firehose/pipeline");
    const wish = ["--aws", "--name", "cli", "--scope", "admin", "--data", pipeline.data, "--json"];
    const { key, secret } = JSON.parse(pipeline.alone("keys", "create", ...wish).out) as NewKey;
    await pipeline.start("--no-sources");
    aws = new CommandLine(python, { url: pipeline.url, id: key.access_key_id ?? "", secret });
  });
  afterEach(async () => {
    aws[Symbol.dispose]();
    await pipeline[Symbol.asyncDispose]();
  });

  async function drive(service: string, rows: readonly Row[]): Promise<readonly Came[]> {
    const came: Came[] = [];
    for (const row of rows) {
      const answered = row.soon === true ? await askUntil(service, row) : await ask(service, row);
      came.push(answered);
      keep(row, answered.answer);
    }
    return came;
  }

  async function askUntil(service: string, row: Row): Promise<Came> {
    await expect.poll(() => ask(service, row), WAIT).toMatchObject(wantedOf(row));
    return await ask(service, row);
  }

  async function ask(service: string, row: Row): Promise<Came> {
    const filled = `${row.run} ${row.with ?? ""}`.trim();
    const words = filled.replaceAll(/\$([A-Z]+)/g, (_all, name: string) => known.get(name) ?? "");
    const { code, out, err } = await aws.run([service, ...words.split(" ")]);
    if (code !== 0 || err !== "") {
      const isMeant = row.fails !== undefined && code !== 0 && err.includes(row.fails);
      return { what: row.run, failed: isMeant ? true : err };
    }
    const answer = out.trim() === "" ? undefined : (JSON.parse(out) as object);
    return { what: row.run, failed: false, answer };
  }

  function keep(row: Row, answer: unknown): void {
    for (const [name, path] of Object.entries(row.keep ?? {})) {
      const value = path.split(".").reduce((at, part) => (at as never)?.[part], answer);
      known.set(name, String(value));
    }
  }

  it("drives every operation of Kinesis, and its waiters", async () => {
    const rows = KINESIS.filter((row) => recent || row.recent !== true);
    expect(await drive("kinesis", rows)).toMatchObject(wanted(rows));
  });

  it("drives every operation of Firehose, and what it put is delivered", async () => {
    expect(await drive("firehose", FIREHOSE)).toMatchObject(wanted(FIREHOSE));
    const cwd = join(pipeline.data, "lake");
    const texts = (): string =>
      globSync("cli/**/cli-*", { cwd })
        .toSorted()
        .map((name) => readFileSync(join(cwd, name), "utf8"))
        .join("");
    await expect.poll(texts, WAIT).toBe("hello-a-b");
    expect(await drive("firehose", FIREHOSE_END)).toMatchObject(wanted(FIREHOSE_END));
  });
});
