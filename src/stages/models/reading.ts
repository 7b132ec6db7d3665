/** The door for whoever only reads model files: parsed, ordered and with their references, without running any. */

export { readModelFolder } from "./files/folder.ts";
export { LINEAGE } from "./files/parse.ts";
export { type Graph, type Model, toGraph } from "./files/graph.ts";
export { fillReferences } from "./files/references.ts";
