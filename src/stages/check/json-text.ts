/** Walks over JSON text byte by byte: what JSON.parse does not tell, and where the members of an array end. */

/** What one walk over a valid JSON text finds. */
export interface Survey {
  /** Members of all its objects, counted as written, so that a repeated name shows. */
  members: number;
  depth: number;
  /** Whether it is written over several lines. */
  broken: boolean;
  /** Whether a string holds \u…, or a number an exponent or very many digits: values need a second look. */
  unusual: boolean;
}

const DIGITS_MAX = 300;

/** Walks over `[start, end)`, which JSON.parse has accepted. */
export function survey(bytes: Uint8Array, start: number, end: number): Survey {
  const found: Survey = { members: 0, depth: 0, broken: false, unusual: false };
  let depth = 0;
  let digits = 0;
  for (let p = start; p < end; p += 1) {
    const c = bytes[p] as number;
    if (c === 34) {
      p = closing(bytes, p, found);
      continue;
    }
    digits = c >= 48 && c <= 57 ? digits + 1 : noteExponent(c, digits, found);
    if (c === 123 || c === 91) {
      depth += 1;
      found.depth = Math.max(found.depth, depth);
    } else if (c === 125 || c === 93) {
      depth -= 1;
    } else if (c === 58) {
      found.members += 1;
    } else if (c === 10 || c === 13) {
      found.broken = true;
    }
    found.unusual ||= digits > DIGITS_MAX;
  }
  return found;
}

function noteExponent(c: number, digits: number, found: Survey): 0 {
  if (digits > 0 && (c | 0x20) === 101) {
    found.unusual = true;
  }
  return 0;
}

/** The closing quote of the string that opens at `at`. */
function closing(bytes: Uint8Array, at: number, found: Survey): number {
  let p = at + 1;
  while (bytes[p] !== 34 && p < bytes.length) {
    if (bytes[p] === 92) {
      p += 1;
      found.unusual ||= bytes[p] === 117;
    }
    p += 1;
  }
  return p;
}

/**
 * Where the value that starts at `at` ends, by its brackets and strings alone; -1 when it has no end or none is
 * there. What is inside may still not be JSON.
 */
export function valueEnd(bytes: Uint8Array, at: number, end: number): number {
  let depth = 0;
  for (let p = at; p < end; p += 1) {
    const c = bytes[p] as number;
    if (depth === 0 && (c === 44 || c === 93 || c === 125)) {
      return p === at ? -1 : trimEnd(bytes, at, p);
    }
    if (c === 34) {
      p = stringCloses(bytes, p, end);
    } else if (c === 123 || c === 91) {
      depth += 1;
    } else if (c === 125 || c === 93) {
      depth -= 1;
    }
    if (p < 0) {
      return -1;
    }
    if (depth === 0 && (c === 34 || c === 125 || c === 93)) {
      return p + 1;
    }
  }
  return -1;
}

function stringCloses(bytes: Uint8Array, at: number, end: number): number {
  for (let p = at + 1; p < end; p += 1) {
    const c = bytes[p];
    if (c === 34) {
      return p;
    }
    p += c === 92 ? 1 : 0;
  }
  return -1;
}

/** The first byte from `at` on that is no JSON white space, at most `end`. */
export function trimStart(bytes: Uint8Array, at: number, end: number): number {
  let p = at;
  while (p < end && isSpace(bytes[p] as number)) {
    p += 1;
  }
  return p;
}

/** The offset behind the last byte of `[at, end)` that is no JSON white space. */
export function trimEnd(bytes: Uint8Array, at: number, end: number): number {
  let p = end;
  while (p > at && isSpace(bytes[p - 1] as number)) {
    p -= 1;
  }
  return p;
}

function isSpace(c: number): boolean {
  return c === 32 || c === 10 || c === 13 || c === 9;
}

/**
 * Writes the valid JSON text `[start, end)` onto one line where it stands, without spaces between its tokens, and
 * fills what is left with spaces, so that the whole still reads the same. Returns the new end. Values keep their
 * digits, which JSON.stringify would not promise.
 */
export function compact(bytes: Uint8Array, start: number, end: number): number {
  let to = start;
  let inString = false;
  for (let p = start; p < end; p += 1) {
    const c = bytes[p] as number;
    if (!inString && isSpace(c)) {
      continue;
    }
    bytes[to] = c;
    to += 1;
    if (c === 92) {
      p += 1;
      bytes[to] = bytes[p] as number;
      to += 1;
    } else if (c === 34) {
      inString = !inString;
    }
  }
  bytes.fill(32, to, end);
  return to;
}
