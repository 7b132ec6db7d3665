/** A sleep that does not wait. */

export async function sleep(): Promise<void> {
  await Promise.resolve();
}
