/** The door of the books. */

export { worstOf } from "./account.ts";
export { closePipe, type PipeClosed } from "./accounts/pipe.ts";
export { type Books, openBooks } from "./books.ts";
export type { RowQuery } from "./cells.ts";
export { compareWarehouses, unread } from "./compare/compare-warehouses.ts";
export type { ModelAccount } from "./accounts/models.ts";
export type { Maker, StreamAccount, StreamMark } from "./stream-account.ts";
export type { LookAtSource } from "./source/close-source.ts";
export type { ShardTruth } from "./accounts/tiling.ts";
