/** Where an error of a definition stands, as Node tells it in the error's stack. Pure. */

/** `/path/pipeline.ts:2:43`; undefined where the stack leads to no file of the user's. */
export function errorPlace(thrown: unknown): string | undefined {
  const stack = thrown instanceof Error ? (thrown.stack ?? "") : "";
  const lines = stack.split("\n");
  // Wrong syntax: the file and its line, the code, and carets below what is wrong.
  const head = /^(?:file:\/\/)?(\/.+:\d+)$/.exec(lines[0] ?? "");
  if (head !== null) {
    const carets = lines.find((line) => /^\s*\^+\s*$/.test(line))?.indexOf("^");
    return carets === undefined ? head[1] : `${head[1]}:${carets + 1}`;
  }
  // Thrown while it ran: the newest call that is the user's own.
  const frames = lines.map((line) => /\(?file:\/\/(\/[^()]+:\d+:\d+)\)?$/.exec(line)?.[1]);
  return frames.find((frame) => frame !== undefined && !frame.includes("/node_modules/"));
}
