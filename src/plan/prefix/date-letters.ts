/** The pattern letters of Java's DateTimeFormatter, printed in English, as one table. */

import type { Zone } from "./zone.ts";

export interface DateLetter {
  /** How often the letter may stand in a row. */
  readonly counts: readonly number[];
  /** `date` shows the zone's own time to whoever reads it as UTC. */
  readonly print: (date: Date, count: number, zone: Zone) => string;
}

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const ORDINALS = ["1st", "2nd", "3rd", "4th"];
const DAY_MS = 86_400_000;

const ONE_OR_TWO = [1, 2];
const year: DateLetter = { counts: [1, 2, 3, 4], print: printYear };
const month: DateLetter = { counts: [1, 2, 3, 4, 5], print: printMonth };
const quarter: DateLetter = { counts: [1, 2, 3, 4], print: printQuarter };

/** Letters whose meaning hangs on a locale's weeks (w, W, Y, e, c) are left out on purpose. */
export const DATE_LETTERS: Readonly<Record<string, DateLetter>> = {
  G: { counts: [1, 2, 3, 5], print: (_date, count) => (count === 5 ? "A" : "AD") },
  y: year,
  u: year,
  M: month,
  L: month,
  Q: quarter,
  q: quarter,
  D: { counts: [1, 2, 3], print: (date, count) => pad(dayOfYear(date), count) },
  d: numbered((date) => date.getUTCDate()),
  E: { counts: [1, 2, 3, 4, 5], print: printWeekday },
  a: { counts: [1], print: (date) => (date.getUTCHours() < 12 ? "AM" : "PM") },
  H: numbered((date) => date.getUTCHours()),
  k: numbered((date) => date.getUTCHours() || 24),
  K: numbered((date) => date.getUTCHours() % 12),
  h: numbered((date) => date.getUTCHours() % 12 || 12),
  m: numbered((date) => date.getUTCMinutes()),
  s: numbered((date) => date.getUTCSeconds()),
  S: {
    counts: [1, 2, 3, 4, 5, 6, 7, 8, 9],
    print: (date, count) => pad(date.getUTCMilliseconds(), 3).padEnd(9, "0").slice(0, count),
  },
  A: {
    counts: [1, 2, 3, 4, 5, 6, 7, 8],
    print: (date, count) => pad(date.getTime() % DAY_MS, count),
  },
  X: { counts: [1, 2, 3], print: (_date, count, zone) => offsetText(zone, count, "Z") },
  x: { counts: [1, 2, 3], print: (_date, count, zone) => offsetText(zone, count, undefined) },
  Z: { counts: [1, 2, 3, 4, 5], print: printZoneOffset },
  z: { counts: [1, 2, 3], print: (_date, _count, zone) => zone.shortName },
  V: { counts: [2], print: (_date, _count, zone) => zone.name },
};

/** An offset from UTC: hours alone, with minutes, or with a colon between them; `zero` stands for none at all. */
function offsetText({ offsetMinutes }: Zone, count: number, zero: string | undefined): string {
  if (offsetMinutes === 0 && zero !== undefined) {
    return zero;
  }
  const sign = offsetMinutes < 0 ? "-" : "+";
  const total = Math.abs(offsetMinutes);
  const [hours, minutes] = [pad(Math.floor(total / 60), 2), pad(total % 60, 2)];
  if (count === 1) {
    return `${sign}${hours}${minutes === "00" ? "" : minutes}`;
  }
  return `${sign}${hours}${count === 3 ? ":" : ""}${minutes}`;
}

function printZoneOffset(_date: Date, count: number, zone: Zone): string {
  if (count === 4) {
    return zone.offsetMinutes === 0 ? "GMT" : `GMT${offsetText(zone, 3, undefined)}`;
  }
  return count === 5 ? offsetText(zone, 3, "Z") : offsetText(zone, 2, undefined);
}

function numbered(of: (date: Date) => number): DateLetter {
  return { counts: ONE_OR_TWO, print: (date, count) => pad(of(date), count) };
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, "0");
}

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS) + 1;
}

function printYear(date: Date, count: number): string {
  const value = date.getUTCFullYear();
  return count === 2 ? pad(value % 100, 2) : pad(value, count);
}

function printMonth(date: Date, count: number): string {
  return named(MONTHS, date.getUTCMonth(), count);
}

function printWeekday(date: Date, count: number): string {
  return named(DAYS, date.getUTCDay(), Math.max(3, count));
}

/** A number for one or two letters, else the name short, whole, or by its first letter. */
function named(names: readonly string[], index: number, count: number): string {
  const name = names[index] ?? "";
  switch (count) {
    case 3:
      return name.slice(0, 3);
    case 4:
      return name;
    case 5:
      return name.charAt(0);
    default:
      return pad(index + 1, count);
  }
}

function printQuarter(date: Date, count: number): string {
  const index = Math.floor(date.getUTCMonth() / 3);
  if (count === 3) {
    return `Q${index + 1}`;
  }
  return count === 4 ? `${ORDINALS[index] ?? ""} quarter` : pad(index + 1, count);
}
