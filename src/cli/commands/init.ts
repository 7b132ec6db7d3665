/** millrace init: a new pipeline project, from a template. */

import { relative, resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import type { Surroundings } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import type { Choice } from "../init/ask.ts";
import { type Files, projectFiles, projectName } from "../init/project.ts";
import { TEMPLATE_NAMES, TEMPLATES, toTemplateName, type TemplateName } from "../init/templates.ts";
import { writeProject } from "../init/write.ts";
import { type Paint, paintFor } from "../show/paint.ts";
import { harmless } from "../show/text.ts";
import type { World } from "../world.ts";

interface InitOptions {
  readonly template?: TemplateName;
  readonly millrace?: string;
  readonly json?: boolean;
}

const FOLDER_DEFAULT = "my-pipeline";
const TEMPLATE_DEFAULT: TemplateName = "blank";

export function initCommand({ world, finish }: Surroundings): Command {
  return new Command("init")
    .description("Make a new pipeline project, with types and a test, from a template.")
    .argument("[folder]", `where it is made; . is here (default: ${FOLDER_DEFAULT})`)
    .option(
      "--template <name>",
      `${TEMPLATE_NAMES.join(", ")} (default: ${TEMPLATE_DEFAULT})`,
      toTemplate,
    )
    .option("--millrace <spec>", "what npm installs as millrace (default: this version)")
    .option("--json", "print JSON for programs; asks nothing")
    .addHelpText("after", helpOnTemplates())
    .action(async (folder: string | undefined, options: InitOptions) => {
      const choice = await choose({ folder, template: options.template }, options, world);
      if (choice === undefined) {
        await world.stdout.write("Nothing was written.\n");
        finish(EXIT.interrupted);
        return;
      }
      const files = projectFiles({ ...choice, millrace: options.millrace });
      writeProject(resolve(choice.folder), files);
      const show = options.json === true ? showJson : showPeople;
      await world.stdout.write(show(choice, files, paintFor(world.stdout, world.env)));
      finish(EXIT.ok);
    });
}

function toTemplate(text: string): TemplateName {
  const name = toTemplateName(text);
  if (name === undefined) {
    throw new InvalidArgumentError(`It must be one of ${TEMPLATE_NAMES.join(", ")}.`);
  }
  return name;
}

/** What was said, completed by a person where there is one, else by the defaults. */
async function choose(
  given: { readonly folder: string | undefined; readonly template: TemplateName | undefined },
  { json }: InitOptions,
  { ask }: World,
): Promise<Choice | undefined> {
  const { folder, template } = given;
  if (folder !== undefined && template !== undefined) {
    return { folder, template };
  }
  if (ask !== undefined && json !== true) {
    const said = {
      ...(folder === undefined ? {} : { folder }),
      ...(template === undefined ? {} : { template }),
    };
    return await ask(said, FOLDER_DEFAULT);
  }
  return { folder: folder ?? FOLDER_DEFAULT, template: template ?? TEMPLATE_DEFAULT };
}

/** What is left to be typed, in order. */
function nextSteps({ folder, template }: Choice): readonly string[] {
  const way = relative(".", resolve(folder));
  const enter = way === "" ? [] : [`cd ${/^[\w./-]+$/.test(way) ? way : quote(way)}`];
  return [...enter, "npm install", "npm test", TEMPLATES[template].start];
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function showJson(choice: Choice, files: Files): string {
  const { folder, template } = choice;
  const paths = [...files.keys()].toSorted();
  const name = projectName(folder);
  const made = { folder: resolve(folder), name, template, files: paths, next: nextSteps(choice) };
  return `${JSON.stringify(made)}\n`;
}

function showPeople(choice: Choice, files: Files, paint: Paint): string {
  const { folder, template } = choice;
  const where = harmless(relative(".", resolve(folder)) || ".");
  const paths = [...files.keys()].toSorted().map((path) => `  ${paint.dim(path)}`);
  const steps = nextSteps(choice).map((step) => `  ${paint.bold(harmless(step))}`);
  return [
    `Made ${paint.bold(projectName(folder))} in ${where}, from the template ${template}:`,
    "",
    ...paths,
    "",
    "Next:",
    "",
    ...steps,
    "",
    "README.md says what to try then.",
    "",
  ].join("\n");
}

function helpOnTemplates(): string {
  const width = Math.max(...TEMPLATE_NAMES.map((name) => name.length));
  const lines = TEMPLATE_NAMES.map((name) => `  ${name.padEnd(width)}  ${TEMPLATES[name].about}`);
  return `\nTemplates:\n${lines.join("\n")}\n\nA file that is there is never overwritten.`;
}
