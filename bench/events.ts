/** Makes events for benchmarks: seeded, about 400 bytes of compact JSON each. */

const PRODUCTS = [
  "rice 25 kg",
  "maize flour 2 kg",
  "tomato paste",
  "palm oil 5 l",
  "dried fish",
  "milk powder",
];
const COUNTRIES = [
  "Kenya",
  "Nigeria",
  "Senegal",
  "Somalia",
  "Mozambique",
  "Haiti",
  "Yemen",
  "Armenia",
];
const CHANNELS = ["web", "app", "store", "partner"];

/** A small fast generator (mulberry32): the same seed gives the same numbers. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One event as compact JSON in the schema's order; `id` must be unique. */
export function orderLine(random: () => number, id: string): string {
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? "";
  const customer = Math.floor(random() * 50_000);
  const at = new Date(1_760_000_000_000 + Math.floor(random() * 1e9)).toISOString();
  return JSON.stringify({
    event_id: id,
    occurred_at: at,
    customer: `customer-${String(customer).padStart(8, "0")}`,
    session: `s-${Math.floor(random() * 1e12)
      .toString(36)
      .padStart(9, "0")}`,
    channel: pick(CHANNELS),
    country: pick(COUNTRIES),
    product: pick(PRODUCTS),
    quantity: 1 + Math.floor(random() * 20),
    price: Math.round(random() * 100_000) / 100,
    discount: random() < 0.5 ? null : Math.round(random() * 100) / 100,
    gift: random() < 0.1,
    note: "Please leave it with the neighbour at the green gate if nobody answers, and call before noon; the gate code is with the porter. Thank you.",
  });
}

/** `count` bodies of `size` events each as NDJSON; ids begin with `prefix`. */
export function orderBodies(
  seed: number,
  prefix: string,
  [count, size]: readonly [number, number],
): Buffer[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, (_none, body) => {
    const lines = Array.from({ length: size }, (_line, index) =>
      orderLine(random, `${prefix}-${body}-${index}`),
    );
    return Buffer.from(`${lines.join("\n")}\n`);
  });
}
