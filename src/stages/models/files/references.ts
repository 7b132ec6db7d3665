/** Finds and fills `{{ … }}` in a model's text. Pure. */

export type Reference =
  | { readonly kind: "all"; readonly name: string; readonly line: number }
  | { readonly kind: "new"; readonly name: string; readonly line: number }
  | { readonly kind: "out"; readonly line: number }
  | { readonly kind: "bad"; readonly text: string; readonly line: number };

/** Texts in quotes and comments are passed over: what looks like a reference in them is none. */
const TOKEN = /'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\/|\{\{([\s\S]*?)\}\}/g;

/** The text with each reference replaced by what `fill` says; lines are counted from `firstLine`. */
export function fillReferences(
  text: string,
  firstLine: number,
  fill: (reference: Reference) => string,
): string {
  return text.replaceAll(TOKEN, (whole, inside: string | undefined, at: number) => {
    if (inside === undefined) {
      return whole;
    }
    const line = firstLine + text.slice(0, at).split("\n").length - 1;
    return fill(toReference(inside.trim(), line));
  });
}

export function findReferences(text: string, firstLine: number): readonly Reference[] {
  const found: Reference[] = [];
  fillReferences(text, firstLine, (reference) => {
    found.push(reference);
    return "";
  });
  return found;
}

function toReference(text: string, line: number): Reference {
  if (text === "out") {
    return { kind: "out", line };
  }
  const match = /^(new\s+)?([A-Za-z_][A-Za-z0-9_]*)$/.exec(text);
  if (match === null) {
    return { kind: "bad", text, line };
  }
  return { kind: match[1] === undefined ? "all" : "new", name: match[2] ?? "", line };
}
