/** No text escapes its quotes: what a reader of Snowflake's literals finds between them is what was put there. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { quoteBlock, quoteText } from "./snowflake-text.ts";

/** The text of the literal that a statement begins with, and what stands behind it; undefined where it never ends. */
function readLiteral(sql: string): readonly [text: string, rest: string] | undefined {
  if (sql.startsWith("$$")) {
    const end = sql.indexOf("$$", 2);
    return end < 0 ? undefined : [sql.slice(2, end), sql.slice(end + 2)];
  }
  let text = "";
  for (let at = 1; at < sql.length; at += 1) {
    const [here = "", next = ""] = [sql[at], sql[at + 1]];
    if (here === "\\") {
      text += next;
      at += 1;
    } else if (here !== "'") {
      text += here;
    } else if (next === "'") {
      text += here;
      at += 1;
    } else {
      return [text, sql.slice(at + 1)];
    }
  }
  return undefined;
}

const NASTY = fc.string({
  unit: fc.constantFrom("'", '"', "\\", "$", "$$", ";", "--", "\n", "a", "é", "/*"),
});
const texts = fc.oneof(NASTY, fc.string({ unit: "binary" }));

test("a text is read as it was written, and nothing of it stands behind its quotes", () => {
  fc.assert(
    fc.property(texts, texts, (text, rest) => {
      const behind = ` ${rest}`;
      expect(readLiteral(`${quoteText(text)}${behind}`)).toEqual([text, behind]);
    }),
  );
});

test("so is a block", () => {
  fc.assert(
    fc.property(texts, (block) => {
      const [text = "", rest] = readLiteral(`${quoteBlock(block)};`) ?? [];
      expect(rest).toBe(";");
      expect(text.trim()).toBe(block.trim());
    }),
  );
});
