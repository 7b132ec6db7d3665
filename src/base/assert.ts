/** Stops the program where one of our own beliefs does not hold. */

/** A broken belief of ours: a bug in Millrace, never the world's doing. */
export class AssertionFault extends Error {
  override readonly name = "AssertionFault";
}

/** Throws when `holds` is false; `belief` says what should have been true. */
export function assert(holds: boolean, belief: string): asserts holds {
  if (!holds) {
    throw new AssertionFault(`A belief of Millrace's does not hold: ${belief}`);
  }
}

/** The value, which cannot be undefined here; `belief` says why. */
export function defined<T>(value: T | undefined, belief: string): T {
  assert(value !== undefined, belief);
  return value;
}

/** Names a case that the types rule out. */
export function unreachable(value: never): never {
  throw new AssertionFault(`A case was forgotten: ${String(value)}`);
}
