/** Chance from a seed: the same seed gives the same numbers, on any machine. */

/** At least 0, below 1. */
export interface Chance {
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  whole(min: number, max: number): number;
  /** True in `share` of all cases. */
  happens(share: number): boolean;
  pick<T>(all: readonly [T, ...T[]]): T;
  bytes(count: number): Buffer;
  uuid(): string;
  /** Another chance, whose numbers do not depend on how many of these are taken. */
  branch(name: string): Chance;
}

/** sfc32, which passes PractRand, seeded through its own mixing. */
export function openChance(seed: string): Chance {
  let [a, b, c] = [hash32(seed, 1), hash32(seed, 2), hash32(seed, 3)];
  let counter = 1;
  const word = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round += 1) {
    word();
  }
  const next = (): number => word() / 4_294_967_296;
  const whole = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  const bytes = (count: number): Buffer =>
    Buffer.from(Array.from({ length: count }, () => word() & 255));
  return {
    next,
    whole,
    happens: (share) => next() < share,
    pick: (all) => all[whole(0, all.length - 1)] ?? all[0],
    bytes,
    uuid: () => toUuid(bytes(16).toString("hex")),
    branch: (name) => openChance(`${seed}/${name}`),
  };
}

function toUuid(hex: string): string {
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`];
  return [...parts, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-");
}

/** FNV-1a with a finish that spreads its bits. */
function hash32(text: string, salt: number): number {
  let hash = Math.imul(2_166_136_261 ^ salt, 16_777_619);
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 16_777_619);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 2_246_822_507);
  hash = Math.imul(hash ^ (hash >>> 13), 3_266_489_909);
  return (hash ^ (hash >>> 16)) >>> 0;
}
