/** Chance as a pure function of a seed and a place: no state, so any row can be made without those before it. */

export interface Dice {
  /** Uniform in [0, 1), the same for the same three whole numbers. */
  at(kind: number, id: number, step: number): number;
}

/** Two to the 32nd. */
const SPAN = 4_294_967_296;

/** Dice for a seed of 64 bits: both halves count, and none is rounded on the way. */
export function openDice(seed: bigint): Dice {
  const low = Number(BigInt.asUintN(32, seed)) | 0;
  const high = Number(BigInt.asUintN(32, seed >> 32n)) | 0;
  return {
    at(kind, id, step) {
      let mixed = stir(low ^ Math.imul(kind + 1, 0x9e3779b1));
      mixed = stir(mixed ^ high ^ Math.imul(id + 1, 0x85ebca77));
      mixed = stir(mixed ^ Math.imul(step + 1, 0xc2b2ae3d));
      return (mixed >>> 0) / SPAN;
    },
  };
}

/** Spreads every bit over all 32. */
function stir(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x7feb352d);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x846ca68b);
  return mixed ^ (mixed >>> 16);
}

/** What is asked of the dice, so that no two questions share an answer. */
export const ASK = {
  basketSize: 1,
  basketItem: 2,
  marketHas: 3,
  marketStart: 4,
  seriesStart: 5,
  itemPrice: 6,
  trend: 7,
  crisis: 8,
  pulse: 9,
  season: 10,
  countryWalk: 11,
  marketWalk: 12,
  spread: 13,
  trust: 14,
  oddity: 15,
} as const;
