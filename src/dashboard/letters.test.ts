/** Rows of the dead letters' table as the page gets them. */

import { expect, test } from "vitest";
import { LETTERS_MAX, toLetterNews } from "./letters.ts";

const ROW = {
  id: "prices.0.7",
  stream: "prices",
  stage: "check",
  cause: "FIELD_TYPE",
  reasons: [{ code: "FIELD_TYPE", path: "/year", message: "year must be a number" }],
  received_at: "2026-11-21 09:00:00.25",
  caller: "127.0.0.1",
  preview: "{}",
};

test("a row becomes a letter, its time read as UTC", () => {
  const { letters, total } = toLetterNews({ total: 7, letters: [ROW] });
  expect(total).toBe(7);
  expect(letters).toEqual([
    {
      id: "prices.0.7",
      stream: "prices",
      stage: "check",
      cause: "FIELD_TYPE",
      reasons: ROW.reasons,
      receivedAt: "2026-11-21T09:00:00.250Z",
      caller: "127.0.0.1",
      preview: "{}",
    },
  ]);
});

test("reasons may come as text, and what is no reason is left out", () => {
  const reasons = JSON.stringify([...ROW.reasons, 7, { code: "X" }]);
  const { letters } = toLetterNews({ total: 1, letters: [{ ...ROW, reasons }] });
  expect(letters[0]?.reasons).toEqual(ROW.reasons);
});

test("reasons that are no JSON, a time that is none and bytes that are no text leave the rest readable", () => {
  const odd = { ...ROW, reasons: "{", received_at: "soon", preview: null };
  const { letters } = toLetterNews({ total: 1, letters: [odd] });
  expect(letters[0]).toMatchObject({ reasons: [], receivedAt: "", preview: undefined });
});

test("a time with its own zone keeps it", () => {
  const zoned = { ...ROW, received_at: "2026-11-21T10:00:00+01:00" };
  const { letters } = toLetterNews({ total: 1, letters: [zoned] });
  expect(letters[0]?.receivedAt).toBe("2026-11-21T09:00:00.000Z");
});

test("letters, reasons and previews are bounded", () => {
  const long = {
    ...ROW,
    preview: "x".repeat(9000),
    reasons: Array.from({ length: 50 }, () => ROW.reasons[0]),
  };
  const rows = Array.from({ length: 50 }, () => long);
  const { letters } = toLetterNews({ total: 50, letters: [{ id: 1 }, ...rows] });
  expect(letters).toHaveLength(LETTERS_MAX - 1);
  expect(letters[0]?.preview).toHaveLength(500);
  expect(letters[0]?.reasons).toHaveLength(10);
});
