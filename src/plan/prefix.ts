/** Firehose's prefix expressions, checked before anything is named by them. */

/** What is wrong with a prefix, or undefined. */
export function checkPrefix(_text: string, _setting: "prefix" | "errorPrefix"): string | undefined {
  return undefined;
}
