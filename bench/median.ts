/** The middle one of some figures: the greater of the two middle ones where their number is even. */
export function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[figures.length >> 1] ?? Number.NaN;
}
