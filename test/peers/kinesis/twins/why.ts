/** What a row about a twin is made of, and reasons that many rows have. */

/** `unknown` where AWS's answer is recorded nowhere that we know of. */
export type Right = "Millrace" | "unknown";

export type Row = readonly [name: string, says: string, right: Right, why: string];

export const RECORDED = "AWS's text is recorded; the twin has one of its own";
export const SAME_KIND = "the same error; AWS's text is recorded nowhere";
export const MODEL = "AWS's model has the bound, and names it in a ValidationException";
export const UNCHECKED = "AWS refuses it, and its text is recorded; the twin does not look";
export const BROKEN = "the twin fails with a page of HTML or nothing, which no client can read";
