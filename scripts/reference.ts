/** Writes docs/reference from the tables in the code, so that the two cannot disagree. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FaultRow } from "../src/base/fault-row.ts";
import { FAULTS } from "../src/base/faults.ts";
import { LIMITS } from "../src/base/limits.ts";
import { DELIVERED_COLUMNS, LOADED_COLUMNS } from "../src/base/record.ts";
import { showBytes, showMs } from "../src/base/units.ts";
import { PLACE_OPTIONS, type PlaceOption } from "../src/define/place-options.ts";
import { fileFields, httpFields, kafkaFields, replayFields } from "../src/define/sources/fields.ts";
import { awsFields } from "../src/define/deploy.ts";
import { endpointFields, parameterFields } from "../src/define/endpoint-fields.ts";
import { snowflakeFields } from "../src/define/snowflake-fields.ts";
import {
  bufferFields,
  backlogFields,
  dedupeFields,
  deliverFields,
  driftFields,
  lambdaFields,
  lakeFields,
  streamFields,
  type Field,
  type Fields,
} from "../src/define/fields.ts";
import { DIFFERENCES } from "../test/peers/kinesis/differences.ts";

const folder = join(import.meta.dirname, "../docs/reference");

/** File name → text of every page that is made from code. */
export function referencePages(): ReadonlyMap<string, string> {
  return new Map([
    ["faults.md", faultsPage()],
    ["settings.md", settingsPage()],
    ["limits.md", limitsPage()],
    ["kinesis-differences.md", differencesPage()],
  ]);
}

function faultsPage(): string {
  const rows = Object.entries(FAULTS as Record<string, FaultRow>).map(
    ([code, { stage, status, retry, message, remedy }]) =>
      `| \`${code}\` | ${stage} | ${status} | ${retry ? "yes" : "no"} | ${cell(message)} | ${cell(remedy)} |`,
  );
  return page("Faults", [
    'Every error has a code, on every surface: HTTP bodies are `{ "error": { code, message, remedy, retry, … } }`,',
    "the command line prints message and remedy. *Retry* says whether the same request can succeed later unchanged.",
    "",
    "| Code | Stage | Status | Retry | Message | Remedy |",
    "|---|---|---|---|---|---|",
    ...rows,
  ]);
}

function settingsPage(): string {
  return page("Settings", [
    "What `defineStream` takes beside `schema`, `key`, `id`, `rules` and `load`, and where a pipeline runs.",
    ...section("On the stream", streamFields),
    ...section("dedupe", dedupeFields),
    ...section("backlog", backlogFields),
    ...section("drift", driftFields),
    ...section("lake", lakeFields),
    ...section("deliver", deliverFields),
    ...section("deliver.buffer", bufferFields),
    ...section("lambdaHandler(file, …)", lambdaFields),
    ...section("fileSource(…), replaySource(…)", fileFields),
    ...section("replaySource(…)", replayFields),
    ...section("httpSource(…)", httpFields),
    ...section("kafkaSource(…)", kafkaFields),
    "",
    "# Settings of read APIs",
    "",
    "What `defineEndpoint` takes beside `doc`, `table` or `select`, `columns` and `order`.",
    ...section("endpoints", endpointFields),
    "",
    "What each of its `parameters` takes beside `column`, `doc`, `default`, `required`, `many`, `values`, `min` and `max`.",
    ...section("endpoints.parameters", parameterFields),
    ...placesSection(),
    "",
    "# Settings of the managed form",
    "",
    "What `definePipeline` takes under `deploy.aws`.",
    ...section("deploy.aws", awsFields),
    ...section("deploy.snowflake", snowflakeFields),
  ]);
}

function placesSection(): string[] {
  const rows = Object.values(PLACE_OPTIONS as Record<string, PlaceOption>).map(
    ({ flag, variable, values, default: usual, doc }) =>
      `| ${flag === undefined ? "" : `\`${flag}\``} | \`${variable}\` | ${values} | ${usual} | ${doc} |`,
  );
  return [
    "",
    "## Where it runs",
    "",
    "Not in the definition, but said to `millrace start`: by an option, else by a variable of the environment, else as",
    "the data folder remembers it. Keys and profiles are found by the AWS SDK's own chain and are never written down.",
    "",
    "| Option | Variable | Values | Default | Meaning |",
    "|---|---|---|---|---|",
    ...rows,
  ];
}

function section(title: string, fields: Fields): string[] {
  const rows = Object.entries(fields).map(
    ([name, field]) =>
      `| \`${name}\` | ${range(field)} | ${standard(field)} | ${cell(field.doc)} |`,
  );
  return [
    "",
    `## ${title}`,
    "",
    "| Setting | Values | Default | Meaning |",
    "|---|---|---|---|",
    ...rows,
  ];
}

function range(field: Field): string {
  switch (field.kind) {
    case "duration":
      return `${showMs(field.min)} to ${showMs(field.max)}`;
    case "size":
      return `${showBytes(field.min)} to ${showBytes(field.max)}`;
    case "count":
      return `${field.min} to ${field.max}`;
    case "choice":
      return field.of.map((one) => `\`${one}\``).join(", ");
    case "text":
      return `text, at most ${field.charsMax} characters`;
  }
}

function standard(field: Field): string {
  switch (field.kind) {
    case "duration":
      return showMs(field.default);
    case "size":
      return showBytes(field.default);
    default:
      return `\`${field.default}\``;
  }
}

function differencesPage(): string {
  const rows = DIFFERENCES.map(
    ({ name, twin, says, right, why }) =>
      `| ${cell(name)} | ${twin} | \`${cell(says.trim())}\` | ${right} | ${cell(why)} |`,
  );
  return page("Kinesis as others understand it", [
    "The cases of `test/conformance/kinesis/cases` are run over Millrace, over kinesis-local and over moto. Where one of",
    "them answers otherwise than Millrace, the difference is here; a difference that is not, or one that is gone, fails",
    "`npm run test:peers`. *Right* is who answers as AWS does: by texts recorded on the real service, by its model or its",
    "documents; *unknown* where none of them tells. What Millrace itself does otherwise than AWS is in the",
    "[guide](../guides/kinesis.md#what-differs-from-aws).",
    "",
    "| Case | Twin | Its answer begins | Right | Why |",
    "|---|---|---|---|---|",
    ...rows,
  ]);
}

function limitsPage(): string {
  const limits = Object.entries(LIMITS).map(([name, value]) => {
    const shown = name.includes("ytes") ? `${value} (${showBytes(value)})` : String(value);
    return `| \`${name}\` | ${shown} |`;
  });
  const columns = [...DELIVERED_COLUMNS, ...LOADED_COLUMNS].map(
    ({ name, type, nullable }) => `| \`${name}\` | ${type} | ${nullable ? "yes" : "no"} |`,
  );
  return page("Limits", [
    "Bounds of the engine; they are checked against each other when it starts.",
    "",
    "| Limit | Value |",
    "|---|---|",
    ...limits,
    "",
    "## Columns every raw row carries",
    "",
    "| Column | Type | Nullable |",
    "|---|---|---|",
    ...columns,
  ]);
}

function page(title: string, lines: readonly string[]): string {
  return [`# ${title}`, "", ...lines, ""].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

if (import.meta.main) {
  for (const [name, text] of referencePages()) {
    writeFileSync(join(folder, name), text);
  }
}
