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
  const { starts, ends, kinds } = state;
  const length = bytes.length;
  const room = starts.length;
  let cell = 0;
  let from = at;
  let p = at;
  state.malformed = false;
  while (p < length) {
    const c = bytes[p] as number;
    if (c === COMMA) {
      if (cell < room) {
        starts[cell] = from;
        ends[cell] = p;
        kinds[cell] = PLAIN;
      }
      cell += 1;
      from = p + 1;
    } else if (c === FEED) {
      break;
    } else if (c === QUOTE) {
      state.end = p;
      const to = from === p ? quotedCell(bytes, cell, { state, at: p }) : -1;
      if (to < 0) {
        return giveUp(bytes, at, state);
      }
      if (to === length || bytes[to] !== COMMA) {
        return endRow(bytes, to, { state, cells: cell + 1 });
      }
      cell += 1;
      p = to;
      from = to + 1;
    }
    p += 1;
  }
  const to = p > from && bytes[p - 1] === RETURN ? p - 1 : p;
  if (cell < room) {
    starts[cell] = from;
    ends[cell] = to;
    kinds[cell] = PLAIN;
  }
  return endRow(bytes, p < length ? to : p, { state, cells: cell + 1 });
}

/** Ends the row before its line break at `at`; returns where the next one starts. */
function endRow(bytes: Buffer, at: number, row: { state: State; cells: number }): number {
  row.state.cells = row.cells;
  row.state.end = at;
  return at === bytes.length ? at : at + (bytes[at] === RETURN ? 2 : 1);
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

/** Reads cell number `cell`, in quotes; returns the offset behind it, or -1 when it does not close properly. */
function quotedCell(bytes: Buffer, cell: number, place: { state: State; at: number }): number {
  const { state, at } = place;
  const length = bytes.length;
  let kind = QUOTED;
  let p = at + 1;
  while (p < length) {
    const c = bytes[p];
    if (c === FEED && state.patience <= 0) {
      break;
    }
    if (c === QUOTE && bytes[p + 1] !== QUOTE) {
      return closeCell(bytes, { cell, at: at + 1, to: p, kind }, state);
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
  readonly cell: number;
  readonly at: number;
  readonly to: number;
  readonly kind: number;
}

function closeCell(bytes: Buffer, { cell, at, to, kind }: Cell, state: State): number {
  const p = to + 1;
  const isCrLf = bytes[p] === RETURN && (p + 1 === bytes.length || bytes[p + 1] === FEED);
  if (p < bytes.length && bytes[p] !== COMMA && bytes[p] !== FEED && !isCrLf) {
    state.end = p;
    return -1;
  }
  if (cell < state.starts.length) {
    state.starts[cell] = at;
    state.ends[cell] = to;
    state.kinds[cell] = kind;
  }
  return p;
}
