/** Splits CSV into rows and cells by RFC 4180, over bytes, leaving only the cells' places behind. */

const COMMA = 44;
const FEED = 10;
const RETURN = 13;
const QUOTE = 34;

/** How a cell was written. */
export const PLAIN = 0;
export const QUOTED = 1;
/** Quoted, with doubled quotes inside. */
export const ESCAPED = 2;

export interface Rows {
  /** Cells of the row read last; more than there is room for are counted, not kept. */
  readonly cells: number;
  /** Cell i is `[starts[i], ends[i])`, without its quotes. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly kinds: Uint8Array;
  /** Where the row ends, without its line break. */
  readonly end: number;
  /** Whether the quotes of the row make no sense; the row is then its first line alone. */
  readonly malformed: boolean;
  /** Reads the row at `at`; returns where the next one starts. */
  read(at: number): number;
}

interface State {
  cells: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly kinds: Uint8Array;
  end: number;
  malformed: boolean;
  /** Bytes that may still be read in vain behind quotes that never close, so that no body costs its square. */
  patience: number;
}

/** A reader of rows of up to `cellsMax` cells. */
export function openRows(bytes: Buffer, cellsMax: number): Rows {
  const state: State = {
    cells: 0,
    starts: new Int32Array(cellsMax),
    ends: new Int32Array(cellsMax),
    kinds: new Uint8Array(cellsMax),
    end: 0,
    malformed: false,
    patience: 4 * bytes.length,
  };
  return Object.assign(state, { read: (at: number) => readRow(bytes, at, state) });
}

function readRow(bytes: Buffer, at: number, state: State): number {
  const length = bytes.length;
  state.cells = 0;
  state.malformed = false;
  let p = at;
  for (;;) {
    const kind = p < length && bytes[p] === QUOTE ? quotedCell(bytes, p, state) : PLAIN;
    p = kind === PLAIN ? plainCell(bytes, p, state) : state.end;
    if (kind < 0 || p < 0) {
      return giveUp(bytes, at, state);
    }
    if (state.cells < state.kinds.length) {
      state.kinds[state.cells] = kind;
    }
    state.cells += 1;
    if (p === length || bytes[p] !== COMMA) {
      state.end = p;
      return p === length ? p : p + (bytes[p] === RETURN ? 2 : 1);
    }
    p += 1;
  }
}

/** Ends the row at its first line break: rows behind a stray quote are still read. */
function giveUp(bytes: Buffer, at: number, state: State): number {
  const feed = bytes.indexOf(FEED, at);
  const next = feed < 0 ? bytes.length : feed + 1;
  state.patience -= Math.max(0, state.end - next);
  state.malformed = true;
  const end = feed < 0 ? bytes.length : feed;
  state.end = end > at && bytes[end - 1] === RETURN ? end - 1 : end;
  return next;
}

/** Returns the offset of the comma or line break behind the cell, -1 on a quote inside it. */
function plainCell(bytes: Buffer, at: number, state: State): number {
  const length = bytes.length;
  let p = at;
  while (p < length) {
    const c = bytes[p] as number;
    if (c === COMMA || c === FEED) {
      break;
    }
    if (c === QUOTE) {
      state.end = p;
      return -1;
    }
    p += 1;
  }
  const last = p === length || bytes[p] === FEED;
  const to = last && p > at && bytes[p - 1] === RETURN ? p - 1 : p;
  if (state.cells < state.starts.length) {
    state.starts[state.cells] = at;
    state.ends[state.cells] = to;
  }
  // The row's end is before its line break, of which the carriage return is a part.
  return to < p && p < length ? to : p;
}

/** Reads a cell in quotes and leaves the offset behind it in `state.end`; -1 when it does not close properly. */
function quotedCell(bytes: Buffer, at: number, state: State): number {
  const length = bytes.length;
  let kind = QUOTED;
  let p = at + 1;
  while (p < length) {
    const c = bytes[p];
    if (c === FEED && state.patience <= 0) {
      break;
    }
    if (c === QUOTE && bytes[p + 1] !== QUOTE) {
      return closeCell(bytes, { at: at + 1, to: p, kind }, state);
    }
    if (c === QUOTE) {
      kind = ESCAPED;
      p += 1;
    }
    p += 1;
  }
  state.end = p;
  return -1;
}

interface Cell {
  readonly at: number;
  readonly to: number;
  readonly kind: number;
}

function closeCell(bytes: Buffer, { at, to, kind }: Cell, state: State): number {
  const p = to + 1;
  const isCrLf = bytes[p] === RETURN && (p + 1 === bytes.length || bytes[p + 1] === FEED);
  state.end = p;
  if (p < bytes.length && bytes[p] !== COMMA && bytes[p] !== FEED && !isCrLf) {
    return -1;
  }
  if (state.cells < state.starts.length) {
    state.starts[state.cells] = at;
    state.ends[state.cells] = to;
  }
  return kind;
}
