/** The door of the books. */

export { type Books, openBooks } from "./books.ts";
export type { ModelAccount } from "./accounts/models.ts";
export type { StreamAccount } from "./stream-books.ts";
export type { ShardTruth } from "./accounts/tiling.ts";
