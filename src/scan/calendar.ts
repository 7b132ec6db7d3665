/** Dates, times and ids in text, read from bytes: the formats that both ways of checking understand alike. */

const DAYS = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether a year, month and day exist; the year 0 does not: no warehouse agrees on it. */
function isDay(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) {
    return false;
  }
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (DAYS[month] as number) + (leap ? 1 : 0);
}

/** Whether `[at, to)` is a date such as 2026-01-31. */
export function isDate(bytes: Uint8Array, at: number, to: number): boolean {
  return to - at === 10 && startsWithDate(bytes, at);
}

/** Whether `[at, to)` is a date and time such as 2026-01-31T12:00:00.250Z or …+02:00, seconds needed, 1-9 decimals. */
export function isDateTime(bytes: Uint8Array, at: number, to: number): boolean {
  if (to - at < 20 || !startsWithDate(bytes, at) || bytes[at + 10] !== 84) {
    return false;
  }
  if (!isClock(bytes, at + 11) || bytes[at + 16] !== 58) {
    return false;
  }
  const seconds = twoDigits(bytes, at + 17);
  const zone = afterDecimals(bytes, at + 19, to);
  return seconds >= 0 && seconds < 60 && zone > 0 && isZone(bytes, zone, to);
}

/** Where the zone starts behind the seconds; -1 when a dot has no digit behind it or more than nine. */
function afterDecimals(bytes: Uint8Array, at: number, to: number): number {
  if (bytes[at] !== 46) {
    return at;
  }
  let p = at + 1;
  while (p < to && isDigit(bytes[p] as number)) {
    p += 1;
  }
  return p === at + 1 || p > at + 10 ? -1 : p;
}

function isZone(bytes: Uint8Array, at: number, to: number): boolean {
  if (to - at === 1) {
    return bytes[at] === 90;
  }
  const sign = bytes[at];
  return to - at === 6 && (sign === 43 || sign === 45) && isClock(bytes, at + 1);
}

/** hh:mm at `at`. */
function isClock(bytes: Uint8Array, at: number): boolean {
  const hours = twoDigits(bytes, at);
  const minutes = twoDigits(bytes, at + 3);
  return hours >= 0 && hours < 24 && bytes[at + 2] === 58 && minutes >= 0 && minutes < 60;
}

function startsWithDate(bytes: Uint8Array, at: number): boolean {
  const century = twoDigits(bytes, at);
  const year = twoDigits(bytes, at + 2);
  if (century < 0 || year < 0 || bytes[at + 4] !== 45 || bytes[at + 7] !== 45) {
    return false;
  }
  return isDay(century * 100 + year, twoDigits(bytes, at + 5), twoDigits(bytes, at + 8));
}

/** The number two digits at `at` make, -1 when they are not digits. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] as number) - 48;
  const ones = (bytes[at + 1] as number) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}

/** Whether `[at, to)` is a UUID of RFC 9562: versions 1-8, or all zeros, or all f in small letters. */
export function isUuid(bytes: Uint8Array, at: number, to: number): boolean {
  if (to - at !== 36) {
    return false;
  }
  let zeros = 0;
  let fs = 0;
  for (let p = 0; p < 36; p += 1) {
    const c = bytes[at + p] as number;
    if (p === 8 || p === 13 || p === 18 || p === 23) {
      if (c !== 45) {
        return false;
      }
    } else if (!isHex(c)) {
      return false;
    } else {
      zeros += c === 48 ? 1 : 0;
      fs += c === 102 ? 1 : 0;
    }
  }
  return zeros === 32 || fs === 32 || hasVersion(bytes, at);
}

function hasVersion(bytes: Uint8Array, at: number): boolean {
  const version = bytes[at + 14] as number;
  const variant = (bytes[at + 19] as number) | 0x20;
  const known = variant === 97 || variant === 98;
  return (
    version >= 49 && version <= 56 && (known || bytes[at + 19] === 56 || bytes[at + 19] === 57)
  );
}

function isHex(c: number): boolean {
  const small = c | 0x20;
  return isDigit(c) || (small >= 97 && small <= 102);
}
