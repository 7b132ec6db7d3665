/** How TMDL, the text form of a semantic model, is written: names, indents, expressions. */

import { createHash } from "node:crypto";

/** A name as it stands after a keyword; quoted where it is more than letters, digits and _. */
export function nameTmdl(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `'${name.replaceAll("'", "''")}'`;
}

/** Lines one level deeper; TMDL indents by tabs. */
export function indent(lines: readonly string[], levels = 1): string[] {
  return lines.map((line) => (line === "" ? "" : `${"\t".repeat(levels)}${line}`));
}

/** `///` is a description of what follows. */
export function description(text: string): string[] {
  const words = text.replaceAll(/\s+/g, " ").trim();
  return words === "" ? [] : [`/// ${words}`];
}

/** A name for life, the same whenever the same thing is written: links from reports to it stay. */
export function lineageTag(...path: readonly string[]): string {
  const hex = createHash("sha256").update(path.join("\u0000")).digest("hex");
  // A UUID of version 8, the one for schemes of one's own (RFC 9562).
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export function fileText(lines: readonly string[]): string {
  return `${lines.join("\n").trimEnd()}\n`;
}
