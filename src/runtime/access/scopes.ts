/** What the scopes of a new key name: one that names nothing would open nothing, and nobody would be told. Pure. */

/** What there is to name behind each deed; of a deed that is left out nothing is known. */
export interface Named {
  readonly ingest?: readonly string[];
  readonly read?: readonly string[];
}

/** What is wrong with the first scope that names nothing there is, and what there is; undefined when all is well. */
export function strayOf(scopes: readonly unknown[], named: Named): string | undefined {
  for (const scope of scopes) {
    const [, deed, name = ""] = /^(ingest|read):(.+)$/.exec(String(scope)) ?? [];
    const known = deed === "ingest" || deed === "read" ? named[deed] : undefined;
    if (known?.includes(name) === false) {
      const what = deed === "ingest" ? "stream" : "table or stream";
      const there = known.length === 0 ? "none" : known.join(", ");
      return `there is no ${what} ${JSON.stringify(name)}; there are ${there}`;
    }
  }
  return undefined;
}
