/** The rows of the made-up file: a market's month each, month by month over all markets, any of them at once. */

import { ITEMS } from "../items.ts";
import { openDice, ASK, type Dice } from "./dice.ts";
import { type Market, openMarkets, type Series } from "./markets.ts";
import { COUNTRIES } from "./places.ts";
import { openPrices, type PriceModel } from "./prices.ts";

/** January 2007 to May 2023, as the originals' file has it. */
const FIRST_YEAR = 2007;
export const HISTORY_MONTHS = 197;

/** What is known of one item in one market and month; unknown inflation is undefined. */
interface Reading {
  /** Place in `ITEMS`. */
  readonly item: number;
  /** Open, high, low, close, inflation, trust: in the order of `METRICS`. */
  readonly values: readonly [number, number, number, number, number | undefined, number];
}

/** One wide row, with only what is known. */
export interface MarketMonth {
  readonly country: string;
  readonly market: string;
  readonly year: number;
  readonly month: number;
  /** In the order of the items; empty for a market that had not begun. */
  readonly readings: readonly Reading[];
}

export interface HistoryOptions {
  /** 64 bits. */
  readonly seed: bigint;
  readonly markets: number;
}

export interface History {
  readonly rows: number;
  /** Row `index`, from 0 to `rows - 1`: about 4 µs, whatever the index. */
  row(index: number): MarketMonth;
}

export function openHistory({ seed, markets: count }: HistoryOptions): History {
  const dice = openDice(seed);
  const markets = openMarkets(dice, count);
  const prices = openPrices(dice, HISTORY_MONTHS);
  return {
    rows: count * HISTORY_MONTHS,
    row(index) {
      const month = Math.floor(index / count);
      const market = markets[index % count];
      if (market === undefined || month < 0 || month >= HISTORY_MONTHS) {
        throw new RangeError(`The history has no row ${index}.`);
      }
      const begun = market.series.filter(({ start }) => start <= month);
      return {
        country: COUNTRIES[market.country]?.name ?? "",
        market: market.name,
        year: FIRST_YEAR + Math.floor(month / 12),
        month: (month % 12) + 1,
        readings: begun.map((series) => read({ dice, prices, market, series, month })),
      };
    },
  };
}

interface Asked {
  readonly dice: Dice;
  readonly prices: PriceModel;
  readonly market: Market;
  readonly series: Series;
  readonly month: number;
}

function read({ dice, prices, market, series, month }: Asked): Reading {
  const { item, start } = series;
  const id = market.number * ITEMS.length + item;
  const luck = (kind: number, turn: number): number => dice.at(kind, id, month * 4 + turn);
  const close = prices.close(market, item, month);
  const open = prices.close(market, item, month - 1) * (0.995 + 0.01 * luck(ASK.spread, 0));
  const high = Math.max(open, close) * (1 + 0.12 * luck(ASK.spread, 1) ** 2);
  const low = Math.min(open, close) * (1 - 0.12 * luck(ASK.spread, 2) ** 2);
  const before = month - start < 12 ? undefined : prices.close(market, item, month - 12);
  const inflation = before === undefined ? undefined : (100 * close) / before - 100;
  const trust = 10 - 9 * luck(ASK.trust, 0) ** 5;
  const shown = oddOpen(luck(ASK.oddity, 0), { open, high, low });
  return {
    item,
    values: [cents(shown), cents(high), cents(low), cents(close), cents(inflation), tenth(trust)],
  };
}

/** A few rows in ten thousand break low <= open <= high, as in the bank's file, where modelling does it. */
function oddOpen(
  luck: number,
  { open, high, low }: { readonly open: number; readonly high: number; readonly low: number },
): number {
  if (luck < 0.0004) {
    return low * 0.98;
  }
  return luck > 0.9999 ? high * 1.02 : open;
}

function cents(value: number): number;
function cents(value: number | undefined): number | undefined;
function cents(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 100) / 100;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
