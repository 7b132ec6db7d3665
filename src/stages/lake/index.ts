/** The door of the lake. */

export { type Lake, type LakePlace, folderPlace, lentFolders, openLake } from "./open-lake.ts";
export { Lender } from "./lender.ts";
export { Folding } from "./folds/folding.ts";
export { Compactor } from "./packs/compactor.ts";
export { forgottenCut, Retention } from "./retention.ts";
export { openRegistry } from "./registry.ts";
