/** Text as a terminal shows it: harmless, and of known width. */

import { stripVTControlCharacters } from "node:util";

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Control characters made visible, so that a record's text can neither break a line nor drive the terminal. */
export function harmless(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (control) => {
    const code = (control.codePointAt(0) ?? 0).toString(16);
    return NAMED[control] ?? (code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u${code}`);
  });
}

/** Character cells that `text` takes: marks none, East Asian wide characters and pictures two. */
export function widthOf(text: string): number {
  const plain = stripVTControlCharacters(text);
  if (/^[\x20-\x7e]*$/.test(plain)) {
    return plain.length;
  }
  let width = 0;
  for (const character of plain) {
    width += cellsOf(character);
  }
  return width;
}

/** At most `width` cells of `text`; what is cut loses its colours and ends in an ellipsis. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) {
    return text;
  }
  let kept = "";
  let used = 1;
  for (const character of stripVTControlCharacters(text)) {
    used += cellsOf(character);
    if (used > width) {
      break;
    }
    kept += character;
  }
  return `${kept}…`;
}

export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

export function padStart(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - widthOf(text))) + text;
}

function cellsOf(character: string): number {
  if (/^(?:\p{Mn}|\p{Me}|\p{Cf})$/u.test(character)) {
    return 0;
  }
  const wide =
    /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]$/u;
  return wide.test(character) || /^\p{Emoji_Presentation}$/u.test(character) ? 2 : 1;
}
