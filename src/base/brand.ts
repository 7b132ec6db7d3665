/** Gives strings and numbers of different meaning different types. */

declare const brand: unique symbol;

/** A `T` that only a `to...` function may make, so that two meanings never mix. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
