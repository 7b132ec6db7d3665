/** Which markets there are, which items each of them reports, and since when. */

import { FOOD_PRICE_INDEX, ITEM_NAMES, type ItemName } from "../items.ts";
import { ASK, type Dice } from "./dice.ts";
import { COUNTRIES, marketName } from "./places.ts";

/** One item of one market, month after month. */
export interface Series {
  readonly item: number;
  /** Month of the history, from 0, in which it begins. */
  readonly start: number;
}

export interface Market {
  readonly number: number;
  /** Place in `COUNTRIES`. */
  readonly country: number;
  readonly name: string;
  /** In the order of the items. */
  readonly series: readonly Series[];
}

/** What nearly every country reports. */
const STAPLES = new Set<ItemName>([
  "beans",
  "bread",
  "eggs",
  "maize",
  "meat_beef",
  "meat_chicken",
  "meat_goat",
  "milk",
  "millet",
  "oil",
  "onions",
  "potatoes",
  "rice",
  "salt",
  "sorghum",
  "sugar",
  "tomatoes",
  "wheat",
  "wheat_flour",
]);
const STAPLE_WEIGHT = 8;

/** Chosen so that 9 % of all cells are filled, about 7 items of 78 in a row. */
const BASKET_LEAST = 4;
const BASKET_MORE = 13;
const HAS_ITEM = 0.74;

const LATE_MARKET = 0.08;
const LATE_MARKET_MONTHS = 60;
const LATE_SERIES = 0.1;
const LATE_SERIES_MONTHS = 36;

/** `count` markets, one country after the other in turn. The first markets are the same whatever the count. */
export function openMarkets(dice: Dice, count: number): readonly Market[] {
  const baskets = COUNTRIES.map((_country, country) => basketOf(dice, country));
  return Array.from({ length: count }, (_none, number): Market => {
    const country = number % COUNTRIES.length;
    const place = COUNTRIES[country];
    const inCountry = Math.floor(number / COUNTRIES.length);
    return {
      number,
      country,
      name: place === undefined ? "" : marketName(place, inCountry),
      series: seriesOf(dice, number, baskets[country] ?? []),
    };
  });
}

/** The items that a country reports: staples more often than others. */
function basketOf(dice: Dice, country: number): readonly number[] {
  const size = BASKET_LEAST + Math.floor(dice.at(ASK.basketSize, country, 0) ** 2 * BASKET_MORE);
  const drawn = ITEM_NAMES.slice(0, FOOD_PRICE_INDEX).map((name, item) => {
    const weight = STAPLES.has(name) ? STAPLE_WEIGHT : 1;
    return { item, luck: dice.at(ASK.basketItem, country, item) ** (1 / weight) };
  });
  const best = drawn.toSorted((a, b) => b.luck - a.luck).slice(0, size);
  return best.map(({ item }) => item).toSorted((a, b) => a - b);
}

/** A market that starts late has rows before, without any item: such rows are in the real file's history too. */
function seriesOf(dice: Dice, market: number, basket: readonly number[]): readonly Series[] {
  // The first market of each country is there from the beginning.
  const luck = market < COUNTRIES.length ? 1 : dice.at(ASK.marketStart, market, 0);
  const opened = delay(luck, LATE_MARKET, LATE_MARKET_MONTHS);
  const has = basket.filter((item) => dice.at(ASK.marketHas, market, item) < HAS_ITEM);
  const series = has.map((item): Series => {
    const late = delay(dice.at(ASK.seriesStart, market, item), LATE_SERIES, LATE_SERIES_MONTHS);
    return { item, start: opened + late };
  });
  return [...series, { item: FOOD_PRICE_INDEX, start: opened }];
}

/** 0 for most, else 1 to `months`: `luck` below `share` is stretched over them. */
function delay(luck: number, share: number, months: number): number {
  return luck < share ? 1 + Math.floor((luck / share) * months) : 0;
}
