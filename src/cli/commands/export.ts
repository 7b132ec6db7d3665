/** millrace export postman | openapi | powerbi | container: what is generated from a definition, without running it. */

import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import { openApiDocument, postmanCollection } from "../../api/index.ts";
import { causeOf, Fault } from "../../base/faults.ts";
import { loadPlan } from "../../plan/load-plan.ts";
import type { Plan } from "../../plan/plan.ts";
import type { StorageMode } from "../../report/index.ts";
import type { Surroundings } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { containerFiles } from "../../deploy/container/files.ts";
import { writeProject } from "../init/write.ts";
import { writePowerBi } from "../export/powerbi.ts";
import { packageVersion } from "../package-version.ts";
import { URL_DEFAULT } from "../reach/find-pipeline.ts";

interface ExportOptions {
  readonly out?: string;
  readonly url: string;
  readonly keys?: boolean;
  readonly mode: StorageMode;
  readonly account: string;
  readonly force?: boolean;
}

const KINDS = ["postman", "openapi", "powerbi", "container"] as const;
const ACCOUNT_DEFAULT = "ACCOUNT.snowflakecomputing.com";

const MORE = `
powerbi writes a project of text files (PBIP): open the .pbip in Power BI Desktop, then set Account under
Transform data → Edit parameters. Its pages are those of \`report\` in the definition, else one per table.
container writes the Dockerfile of the read APIs, to stand beside the project's package.json.`;

export function exportCommand(around: Surroundings): Command {
  const { world, finish } = around;
  return new Command("export")
    .description(
      "Write a Postman collection, the OpenAPI document, a Power BI project or a Dockerfile.",
    )
    .argument("<what>", KINDS.join(", "))
    .argument("[pipeline]", "folder that holds pipeline.ts, or the file", ".")
    .option("--out <path>", "file to write (standard output); for powerbi and container the folder")
    .option("--url <url>", "address of the pipeline in the collection", URL_DEFAULT)
    .option("--keys", "requests carry a key, and one of each stream does not")
    .addOption(
      new Option("--mode <mode>", "powerbi: ask Snowflake each time, or copy at refresh")
        .choices(["directQuery", "import"])
        .default("directQuery"),
    )
    .option("--account <host>", "powerbi: host of the Snowflake account", ACCOUNT_DEFAULT)
    .option("--force", "powerbi: write over the project that is there")
    .addHelpText("after", MORE)
    .action(async (what: string, pipeline: string, options: ExportOptions) => {
      const kind = toKind(what);
      const plan = await loadPlan(resolve(pipeline));
      const said = await write(kind, { plan, options, around });
      await world.stdout.write(said);
      finish(EXIT.ok);
    });
}

interface Wanted {
  readonly plan: Plan;
  readonly options: ExportOptions;
  readonly around: Surroundings;
}

async function write(
  kind: (typeof KINDS)[number],
  { plan, options, around }: Wanted,
): Promise<string> {
  switch (kind) {
    case "powerbi":
      return await exportPowerBi(plan, options, around);
    case "container": {
      const folder = options.out ?? ".";
      writeProject(folder, containerFiles(plan));
      return `Wrote ${join(folder, "Dockerfile")} and ${join(folder, ".dockerignore")}.\n`;
    }
    default:
      return await exportDocument(make(kind, plan, options), options);
  }
}

function toKind(what: string): (typeof KINDS)[number] {
  const kind = KINDS.find((one) => one === what);
  if (kind === undefined) {
    const cause = `${what} is none of ${KINDS.join(", ")}.`;
    throw new Fault("USAGE", { cause, command: "millrace export" });
  }
  return kind;
}

function make(kind: "postman" | "openapi", plan: Plan, options: ExportOptions): unknown {
  const keys = options.keys === true;
  return kind === "postman"
    ? postmanCollection({ plan, url: options.url, keys })
    : openApiDocument({ plan, version: packageVersion(), open: () => !keys });
}

/** What is left to say on standard output: the document, or where it went. */
async function exportDocument(document: unknown, { out }: ExportOptions): Promise<string> {
  const text = `${JSON.stringify(document, undefined, 2)}\n`;
  if (out === undefined) {
    return text;
  }
  try {
    await writeFile(out, text);
  } catch (thrown) {
    throw new Fault("OUTPUT_FAILED", { cause: causeOf(thrown) }, thrown);
  }
  return `Wrote ${out}.\n`;
}

async function exportPowerBi(
  plan: Plan,
  { out, mode, account, force }: ExportOptions,
  { doors }: Surroundings,
): Promise<string> {
  if (out === undefined) {
    const cause = "A Power BI project is many files: name a folder with --out.";
    throw new Fault("USAGE", { cause, command: "millrace export" });
  }
  const { describeTables } = await doors.describe();
  const shapes = await describeTables(plan);
  const file = writePowerBi(plan, shapes, { folder: out, mode, account, force: force === true });
  return `Wrote ${file}.\n`;
}
