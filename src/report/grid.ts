/** Where things stand on a page of 1280 × 720: slicers on top, single numbers below them, then the rest. */

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const PAGE = { width: 1280, height: 720 } as const;

const MARGIN = 16;
const BODY_Y = 104;
const CARDS_HEIGHT = 88;

/** The places below the slicers; without single numbers the rest has all of it. */
export function body(cards: boolean): { readonly cards: Box; readonly main: Box } {
  const width = PAGE.width - 2 * MARGIN;
  const y = cards ? BODY_Y + CARDS_HEIGHT + MARGIN : BODY_Y;
  return {
    cards: { x: MARGIN, y: BODY_Y, width, height: CARDS_HEIGHT },
    main: { x: MARGIN, y, width, height: PAGE.height - MARGIN - y },
  };
}

/** The place of one of `count` equal parts side by side. */
export function row({ x, y, width, height }: Box, index: number, count: number): Box {
  const each = Math.floor((width - MARGIN * (count - 1)) / count);
  return { x: x + index * (each + MARGIN), y, width: each, height };
}

export function columnsIn(box: Box, count: number): Box[] {
  return Array.from({ length: count }, (_, index) => row(box, index, count));
}
