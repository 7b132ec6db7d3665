/** What an item costs in a market at a month's end, as a pure function: nothing is carried from month to month. */

import { FOOD_PRICE_INDEX, ITEMS, type ItemGroup } from "../items.ts";
import { ASK, type Dice } from "./dice.ts";
import type { Market } from "./markets.ts";
import { COUNTRIES } from "./places.ts";

/** About what one unit of a group's goods cost in dollars in 2007. */
const DOLLARS: Readonly<Record<ItemGroup, number>> = {
  CEREALS: 0.5,
  ROOTS: 0.35,
  PULSES_AND_NUTS: 1.1,
  FRUIT: 0.8,
  VEGETABLES: 0.6,
  MEAT: 4,
  LIVESTOCK: 60,
  FISH: 3,
  DAIRY_AND_EGGS: 1.4,
  OILS: 1.5,
  SUGAR: 0.8,
  CONDIMENTS: 0.9,
  BEVERAGES: 4,
  INDEX: 1,
};

/** The index is 1 about here, in the middle of 2019. */
const INDEX_BASE_MONTH = 150;

/** Size of the monthly steps, as shares of the price: what a country's markets share, and what is a market's own. */
const COUNTRY_STEP = 0.035;
const MARKET_STEP = 0.02;

/** The longest waves that make a walk: a country's drift for years, a market strays from it for a year or so. */
const COUNTRY_WAVE = 128;
const MARKET_WAVE = 16;

/** The index follows the country's money only half the way, as it did in the bank's file. */
const INDEX_SHARE = 0.5;

export interface PriceModel {
  /** The price at the end of month `month` of the history; month -1 is the day before it begins. */
  close(market: Market, item: number, month: number): number;
}

export function openPrices(dice: Dice, months: number): PriceModel {
  // What a country's markets have in common is made once per item it has: 36 countries keep half a megabyte.
  const levels = new Map<number, Float64Array>();
  const levelOf = (country: number, item: number): Float64Array => {
    const id = country * ITEMS.length + item;
    const known = levels.get(id) ?? levelsOf(dice, { country, item, months });
    levels.set(id, known);
    return known;
  };
  return {
    close({ number, country }, item, month) {
      const id = number * ITEMS.length + item;
      const shared = levelOf(country, item)[month + 1] ?? 0;
      const stray = walk(dice, { kind: ASK.marketWalk, id, longest: MARKET_WAVE }, month);
      const jump = item === FOOD_PRICE_INDEX ? 0 : pulse(dice, id, month);
      return Math.exp(shared + MARKET_STEP * stray + jump);
    },
  };
}

/** Logarithms of an item's price in a country, month by month from the one before the history. */
function levelsOf(
  dice: Dice,
  of: { readonly country: number; readonly item: number; readonly months: number },
): Float64Array {
  const { country, item, months } = of;
  const temper = temperOf(dice, country);
  const id = country * ITEMS.length + item;
  const index = item === FOOD_PRICE_INDEX;
  const level = (at: number): number => temper.trend * at + crisis(temper, at);
  const base = index ? 0 : Math.log(basePrice(dice, country, item));
  return Float64Array.from({ length: months + 1 }, (_none, place) => {
    const month = place - 1;
    const own = walk(dice, { kind: ASK.countryWalk, id, longest: COUNTRY_WAVE }, month);
    const money = index ? INDEX_SHARE * (level(month) - level(INDEX_BASE_MONTH)) : level(month);
    const swing = index ? 0 : season(dice, id, month);
    return base + money + COUNTRY_STEP * own + swing;
  });
}

/** How a country's prices as a whole behave. */
interface Temper {
  /** Growth per month, as a share. */
  readonly trend: number;
  /** Month in which its money loses worth, how much of it as a logarithm, and how fast; size 0 for most. */
  readonly crisisAt: number;
  readonly crisisSize: number;
  readonly crisisMonths: number;
}

function temperOf(dice: Dice, country: number): Temper {
  const luck = (step: number): number => dice.at(ASK.crisis, country, step);
  return {
    trend: 0.002 + 0.007 * dice.at(ASK.trend, country, 0) ** 2,
    crisisAt: 20 + Math.floor(luck(0) * 165),
    crisisSize: luck(1) < 0.3 ? 0.4 + 2.1 * luck(2) ** 2 : 0,
    crisisMonths: 1 + 3 * luck(3),
  };
}

function crisis({ crisisAt, crisisSize, crisisMonths }: Temper, month: number): number {
  return crisisSize === 0 ? 0 : crisisSize / (1 + Math.exp((crisisAt - month) / crisisMonths));
}

function basePrice(dice: Dice, country: number, item: number): number {
  const dollars = DOLLARS[ITEMS[item]?.[1] ?? "INDEX"];
  const units = COUNTRIES[country]?.unitsPerDollar ?? 1;
  return units * dollars * (0.6 + 0.9 * dice.at(ASK.itemPrice, country, item));
}

/** Cheap after the harvest, dear before it. */
function season(dice: Dice, id: number, month: number): number {
  const [height, harvest] = [dice.at(ASK.season, id, 0), dice.at(ASK.season, id, 1)];
  return 0.06 * height * Math.cos((2 * Math.PI * (month - 12 * harvest)) / 12);
}

/** Now and then one series jumps to many times its price and falls back: inflation of +1000 %, then of -90 %. */
function pulse(dice: Dice, id: number, month: number): number {
  if (dice.at(ASK.pulse, id, 0) >= 0.004) {
    return 0;
  }
  const at = 12 + dice.at(ASK.pulse, id, 1) * 170;
  return (1.2 + 1.4 * dice.at(ASK.pulse, id, 2)) * Math.exp(-Math.abs(month - at) / 4);
}

/**
 * Looks like a random walk, and is a sum of waves of doubling length whose heights grow as the root of it, each
 * between corners drawn by the dice. Any month is as quick as the first.
 */
function walk(
  dice: Dice,
  of: { readonly kind: number; readonly id: number; readonly longest: number },
  month: number,
): number {
  let sum = 0;
  for (let wave = 1; wave <= of.longest; wave *= 2) {
    // Corners are counted from 256 months back, so that months before the history have theirs too.
    const place = (month + 256) / wave;
    const corner = Math.floor(place);
    const from = dice.at(of.kind, of.id, wave * 1024 + corner);
    const to = place === corner ? from : dice.at(of.kind, of.id, wave * 1024 + corner + 1);
    sum += Math.sqrt(wave) * (from + (to - from) * (place - corner) - 0.5);
  }
  return sum;
}
