/** What a deploy would change: resources and permissions, as a diff for people. */

import type { PermissionChange, ResourceChange, TargetPlan } from "../../deploy/index.ts";
import type { Paint } from "../show/paint.ts";
import { alignRows } from "../show/table.ts";
import { harmless } from "../show/text.ts";

const MARKS: Readonly<Record<ResourceChange["kind"], string>> = {
  create: "+",
  update: "~",
  replace: "!",
  remove: "-",
  "keep-data": "=",
};

const SAYS: Readonly<Record<ResourceChange["kind"], string>> = {
  create: "made",
  update: "changed",
  replace: "replaced",
  remove: "removed",
  "keep-data": "left behind with its data",
};

/** Resources that are alike are told in one line. */
export function showResources(planned: TargetPlan, paint: Paint): string {
  const { stack, diff, before, files, ddl } = planned;
  const against = before === undefined ? "nothing is deployed yet" : `against ${before}`;
  const lines = [`${paint.bold(`stack ${harmless(stack)}`)}  ${paint.dim(harmless(against))}`];
  lines.push(...(diff.resources.length === 0 ? ["  no change"] : showChanges(diff, paint)));
  lines.push("", paint.bold("permissions"));
  lines.push(...(diff.permissions.length === 0 ? ["  no change"] : showPermissions(diff, paint)));
  lines.push("", paint.bold("Snowflake"));
  lines.push(...(ddl.length === 0 ? ["  no change"] : ddl.map((line) => colour(line, paint))));
  lines.push("", paint.dim(`written: ${files.map(harmless).join("  ")}`));
  return `${lines.join("\n")}\n`;
}

function showChanges({ resources }: TargetPlan["diff"], paint: Paint): string[] {
  const groups = Map.groupBy(resources, ({ kind, type }) => `${kind} ${type}`);
  const rows = [...groups.values()].flatMap((changes) => {
    const [{ kind, type }] = changes as [ResourceChange];
    const mark = colour(`${MARKS[kind]} `, paint);
    if (kind === "create" || kind === "remove") {
      return [[`  ${mark}${type}`, `${changes.length}`, paint.dim(SAYS[kind])]];
    }
    return changes.map(({ logicalId, properties }) => [
      `  ${mark}${harmless(nameOf(logicalId))}`,
      "1",
      `${SAYS[kind]}: ${properties.map(harmless).join(", ") || paint.dim(type)}`,
    ]);
  });
  return alignRows(rows, ["left", "right", "left"]);
}

function showPermissions({ permissions }: TargetPlan["diff"], paint: Paint): string[] {
  const groups = Map.groupBy(permissions, ({ kind, role, on }) => `${kind} ${role} ${on}`);
  const rows = [...groups.values()].map((changes) => {
    const [{ kind, role, on }] = changes as [PermissionChange];
    const mark = colour(kind === "gains" ? "+ " : "- ", paint);
    const actions = changes.map(({ action }) => action).join(", ");
    return [`  ${mark}${harmless(nameOf(role))}`, actions, paint.dim(harmless(nameOf(on)))];
  });
  return alignRows(rows, ["left", "left", "left"]);
}

/** Logical ids without the CDK's scope before them and its hash behind. */
function nameOf(text: string): string {
  return text.replaceAll(/\bPipeline([A-Z][A-Za-z]*?)[0-9A-F]{8}\b/g, "$1");
}

function colour(line: string, paint: Paint): string {
  const [mark] = line.trim();
  switch (mark) {
    case "+":
      return paint.green(line);
    case "-":
    case "!":
      return paint.red(line);
    default:
      return line;
  }
}
