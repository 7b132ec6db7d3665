/** Made-up files in the layouts of published ones, with what is true of them: a function of its arguments alone. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const HEADER_14 =
  "date,admin1,admin2,market,latitude,longitude,category,commodity,unit,priceflag,pricetype,currency,price,usdprice";
const HEADER_16 = HEADER_14.replace("market,", "market,market_id,").replace(
  "commodity,",
  "commodity,commodity_id,",
);
const TAGS_14 =
  "#date,#adm1+name,#adm2+name,#loc+market+name,#geo+lat,#geo+lon,#item+type,#item+name,#item+unit,#item+price+flag,#item+price+type,#currency,#value,#value+usd";
const UNITS = ["KG", "90 KG", "50 KG", "L", "500 ML", "Unit"];
const MARKETS = ["Mombasa", "N'Doffane", "Hagadera (Daadab)", "Sekondi/Takoradi", "Kisumu, North"];
const GOODS = ["Maize (white)", "Beans", "Oil, vegetable", "Bananas"];

interface Feed {
  readonly name: string;
  readonly layout: "14" | "16";
  readonly dates: "iso" | "us";
  readonly currency: string;
  readonly tags: boolean;
  readonly crlf: boolean;
  readonly from: number;
  readonly to: number;
  readonly forecastFrom: number;
}

/** Months `[from, to)`: they overlap, so that most keys come in several files. */
const FEEDS: readonly Feed[] = [
  {
    name: "wfp_gha",
    layout: "16",
    dates: "iso",
    currency: "GHS",
    tags: true,
    crlf: true,
    from: 0,
    to: 60,
    forecastFrom: 60,
  },
  {
    name: "wfp_ken_1",
    layout: "14",
    dates: "iso",
    currency: "KES",
    tags: true,
    crlf: false,
    from: 0,
    to: 40,
    forecastFrom: 36,
  },
  {
    name: "wfp_ken_2",
    layout: "14",
    dates: "us",
    currency: "KES",
    tags: true,
    crlf: false,
    from: 0,
    to: 50,
    forecastFrom: 48,
  },
  {
    name: "wfp_ken_3",
    layout: "16",
    dates: "iso",
    currency: "KES",
    tags: false,
    crlf: false,
    from: 0,
    to: 60,
    forecastFrom: 60,
  },
];

export interface MarketTruth {
  readonly rows: number;
  readonly keys: number;
  readonly forecasts: number;
  readonly units: number;
}

export function writeMarket(folder: string): MarketTruth {
  const keys = new Set<string>();
  const units = new Set<string>();
  let [rows, forecasts] = [0, 0];
  for (const feed of FEEDS) {
    const lines = [feed.layout === "14" ? HEADER_14 : HEADER_16];
    if (feed.tags) {
      lines.push(
        feed.layout === "14"
          ? TAGS_14
          : TAGS_14.replace("name,#geo", "name,#loc+market+code,#geo").replace(
              "#item+unit",
              "#item+code,#item+unit",
            ),
      );
    }
    for (let month = feed.from; month < feed.to; month += 1) {
      MARKETS.forEach((market, m) => {
        GOODS.forEach((good, g) => {
          const unit = UNITS[(m + g) % UNITS.length] ?? "KG";
          const isForecast = month >= feed.forecastFrom;
          lines.push(rowOf(feed, { month, m, g, market, good, unit, isForecast }));
          keys.add([feed.currency, month, market, good, unit].join("|"));
          units.add(unit);
          rows += 1;
          forecasts += isForecast ? 1 : 0;
        });
      });
    }
    const text = `${lines.join(feed.crlf ? "\r\n" : "\n")}${feed.crlf ? "\r\n" : "\n"}`;
    writeFileSync(join(folder, `${feed.name}.csv.gz`), gzipSync(text));
  }
  return { rows, keys: keys.size, forecasts, units: units.size };
}

interface Cell {
  readonly month: number;
  readonly m: number;
  readonly g: number;
  readonly market: string;
  readonly good: string;
  readonly unit: string;
  readonly isForecast: boolean;
}

function rowOf(feed: Feed, cell: Cell): string {
  const { month, m, g, market, good, unit, isForecast } = cell;
  const [year, of] = [2006 + Math.floor(month / 12), (month % 12) + 1];
  const date =
    feed.dates === "us" ? `${of}/15/${year}` : `${year}-${String(of).padStart(2, "0")}-15`;
  const price = isForecast ? "0" : (10 + month + m / 10 + g).toFixed(feed.dates === "us" ? 1 : 2);
  const flag = isForecast ? "forecast" : month % 7 === 0 ? "actual,aggregate" : "actual";
  const ids = feed.layout === "16";
  const cells = [
    date,
    "Coast",
    "",
    market,
    ...(ids ? [String(190 + m)] : []),
    "-4.05",
    "39.67",
    "cereals and tubers",
    good,
    ...(ids ? [String(50 + g)] : []),
    unit,
    flag,
    "Retail",
    feed.currency,
    price,
    isForecast ? "0" : "0.1",
  ];
  return cells.map((one) => (one.includes(",") ? `"${one}"` : one)).join(",");
}

export interface IndexTruth {
  readonly newer: number;
  /** Keys whose prices differ. */
  readonly revised: number;
  /** Keys of the older without a price, in either vintage. */
  readonly unpriced: number;
}

const OLDER = 800;
const NEWER = 1200;
const isUnpriced = (key: number): boolean => key < OLDER && key % 100 === 99;
const isRevised = (key: number): boolean => key < OLDER && key % 3 > 0 && !isUnpriced(key);

function indexRow(key: number, add: number): string {
  const [country, month] = [key % 20, Math.floor(key / 20)];
  const date = `${2007 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}-01`;
  const price = isUnpriced(key) ? "" : (0.5 + month / 100 + add).toFixed(2);
  const iso = `${String.fromCodePoint(65 + country)}XX`;
  return `${price},${price},${price},${price},,"Land ${country}","${iso}","${date}"\n`;
}

/** Two vintages: a third of the older's keys are said again as they were, some have no price, all others are revised. */
export function writeIndex(folder: string): IndexTruth {
  const header = '"Open","High","Low","Close","Inflation","country","ISO3","date"\n';
  const keys = Array.from({ length: NEWER }, (_none, key) => key);
  const older = keys.slice(0, OLDER).map((key) => indexRow(key, 0));
  const newer = keys.map((key) => indexRow(key, isRevised(key) ? 0.01 : 0));
  writeFileSync(join(folder, "WLD_2023.csv"), header + older.join(""));
  writeFileSync(join(folder, "WLD_2025.csv"), header + newer.join(""));
  return {
    newer: NEWER,
    revised: keys.filter(isRevised).length,
    unpriced: keys.filter(isUnpriced).length,
  };
}
