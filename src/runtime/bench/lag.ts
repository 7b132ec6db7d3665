/** How late rows are, told from two counts that are looked at now and then: what was accepted, and what is loaded. */

export interface Look {
  /** Milliseconds of one clock. */
  readonly at: number;
  readonly accepted: number;
  readonly loaded: number;
}

export interface Lag {
  readonly p50: number;
  readonly p99: number;
}

const SAMPLES = 1000;

/**
 * Milliseconds from accepted to queryable, over the records that the looks saw both of; exact to the time between two
 * looks. NaN where nothing was loaded meanwhile. Pure.
 */
export function lagOf(looks: readonly Look[]): Lag {
  const first = looks[0]?.accepted ?? 0;
  const last = looks.at(-1)?.loaded ?? 0;
  const count = Math.min(SAMPLES, last - first);
  const lags: number[] = [];
  let [born, seen] = [0, 0];
  for (let n = 1; n <= count; n += 1) {
    const record = first + Math.ceil((n * (last - first)) / count);
    born = firstAt(looks, born, (look) => look.accepted >= record);
    seen = firstAt(looks, Math.max(seen, born), (look) => look.loaded >= record);
    lags.push((looks[seen]?.at ?? 0) - (looks[born]?.at ?? 0));
  }
  lags.sort((a, b) => a - b);
  return {
    p50: lags[Math.floor(lags.length * 0.5)] ?? Number.NaN,
    p99: lags[Math.floor(lags.length * 0.99)] ?? Number.NaN,
  };
}

/** Both counts only grow, so that the search goes on where the last one ended. */
function firstAt(looks: readonly Look[], from: number, is: (look: Look) => boolean): number {
  let at = from;
  for (let look = looks[at]; look !== undefined && !is(look); look = looks[at]) {
    at += 1;
  }
  return at;
}
