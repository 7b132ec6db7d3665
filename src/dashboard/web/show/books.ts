/** What the state of the books means, and what to do about it. */

import type { BooksState } from "../../../seams/status.ts";

export const BOOKS: Readonly<
  Record<BooksState, { readonly tone: "good" | "bad"; readonly means: string }>
> = {
  BALANCED: {
    tone: "good",
    means: "Every accepted event is in the warehouse, among the dead letters, or on its way.",
  },
  SHORT: {
    tone: "bad",
    means:
      "Accepted events are missing. millrace verify names them; millrace replay brings back what log and lake hold.",
  },
  OVER: {
    tone: "bad",
    means: "There are more rows than events. millrace verify names them.",
  },
  UNVERIFIED: {
    tone: "bad",
    means: "The books could not be closed. millrace verify says why.",
  },
};
