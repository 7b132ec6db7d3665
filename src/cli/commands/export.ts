/** millrace export postman | openapi: what is generated from a definition, without running it. */

import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Command } from "commander";
import { openApiDocument, postmanCollection } from "../../api/index.ts";
import { causeOf, Fault } from "../../base/faults.ts";
import { loadPlan } from "../../plan/load-plan.ts";
import type { Surroundings } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { packageVersion } from "../package-version.ts";
import { URL_DEFAULT } from "../reach/find-pipeline.ts";

interface ExportOptions {
  readonly out?: string;
  readonly url: string;
  readonly keys?: boolean;
}

const KINDS = ["postman", "openapi"] as const;

export function exportCommand({ world, finish }: Surroundings): Command {
  return new Command("export")
    .description("Write a Postman collection or the OpenAPI document of a pipeline.")
    .argument("<what>", KINDS.join(" or "))
    .argument("[pipeline]", "folder that holds pipeline.ts, or the file", ".")
    .option("--out <file>", "where to write (standard output)")
    .option("--url <url>", "address of the pipeline in the collection", URL_DEFAULT)
    .option("--keys", "requests carry a key, and one of each stream does not")
    .action(async (what: string, pipeline: string, options: ExportOptions) => {
      const text = `${JSON.stringify(await make(what, pipeline, options), undefined, 2)}\n`;
      if (options.out === undefined) {
        await world.stdout.write(text);
      } else {
        await write(options.out, text);
        await world.stdout.write(`Wrote ${options.out}.\n`);
      }
      finish(EXIT.ok);
    });
}

async function make(what: string, pipeline: string, options: ExportOptions): Promise<unknown> {
  const kind = KINDS.find((one) => one === what);
  if (kind === undefined) {
    const cause = `${what} is none of ${KINDS.join(", ")}.`;
    throw new Fault("USAGE", { cause, command: "millrace export" });
  }
  const plan = await loadPlan(resolve(pipeline));
  const keys = options.keys === true;
  return kind === "postman"
    ? postmanCollection({ plan, url: options.url, keys })
    : openApiDocument({ plan, version: packageVersion(), open: () => !keys });
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (thrown) {
    throw new Fault("OUTPUT_FAILED", { cause: causeOf(thrown) }, thrown);
  }
}
