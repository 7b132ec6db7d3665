/** Failed records ↔ `dead_letters`: what a transform or a load set aside has its row, once. */

import type { Account } from "../account.ts";
import { type Ask, rowsOf, toNumber, toText } from "../cells.ts";
import type { LoadedCut } from "../rows/places.ts";

const LETTERS = `SELECT l.cut, d.stage, count(*) FROM dead_letters d JOIN _loads l ON d._load = l.load
  WHERE l.stream = ? AND l.cut BETWEEN ? AND ? AND d.stage IN ('transform', 'load') GROUP BY l.cut, d.stage`;

/** Resolves to the number of letters owed. */
export async function compareLetters(
  ask: Ask,
  cuts: readonly LoadedCut[],
  account: Account,
): Promise<number> {
  const numbers = cuts.map(({ loaded }) => loaded.cut);
  const stream = cuts[0]?.manifest.stream ?? "";
  const params = [stream, Math.min(...numbers), Math.max(...numbers)];
  const rows = await rowsOf(ask, LETTERS, params);
  const counts = new Map(
    rows.map(([cut, stage, count]) => [`${toNumber(cut)} ${toText(stage)}`, toNumber(count)]),
  );
  let expected = 0;
  for (const { manifest, loaded } of cuts) {
    const { cut } = manifest;
    const owed = { transform: manifest.failed?.records ?? 0, load: loaded.setAside };
    for (const [stage, due] of Object.entries(owed)) {
      expected += due;
      const has = counts.get(`${cut} ${stage}`) ?? 0;
      const remark = `the ${stage} set aside ${due} record(s) of cut ${cut}, dead_letters has ${has}`;
      account.missing(due - has, [], remark);
      account.extra(has - due, [], remark);
    }
  }
  account.expected += expected;
  return expected;
}
