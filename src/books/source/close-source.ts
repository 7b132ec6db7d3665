/** What a stream elsewhere gave against what this machine's logs hold of it: Kinesis ↔ log. */

import type { SourceTruth, TakenRun } from "../../seams/taken.ts";
import type { Finding } from "../../seams/verify.ts";
import { Account, showCount } from "../account.ts";

/** What a stream that comes from elsewhere is asked at each closing; `again` asks the other end too. */
export type LookAtSource = (given: { readonly again: boolean }) => Promise<SourceTruth>;

const SHARDS_SHOWN = 4;

export function closeSource(stream: string, { runs, again, unknown }: SourceTruth): Finding {
  const account = new Account(`${stream}: Kinesis ↔ log`);
  account.expected = total(runs, "records");
  for (const { shard, missing } of again) {
    const [first = ""] = missing;
    const remark = `${shard} has records that the log has not, the first of them ${first}`;
    const ids = missing.map((sequence) => `${shard}/${sequence}`);
    account.missing(missing.length, ids, remark);
  }
  unknown.forEach((why) => account.unread(why));
  const [events, letters] = [total(runs, "events"), total(runs, "letters")];
  const what = `${showCount(events)} event(s) + ${showCount(letters)} set aside`;
  const read = again.reduce((sum, { records }) => sum + records, 0);
  const told = `${showCount(account.expected)} record(s) taken = ${what}`;
  return account.close(`${told}; ${showCount(read)} read again and found; ${toShards(runs)}.`);
}

function total(runs: readonly TakenRun[], of: "records" | "events" | "letters"): number {
  return runs.reduce((sum, run) => sum + run[of], 0);
}

/** Where reading stands in each shard. */
function toShards(runs: readonly TakenRun[]): string {
  if (runs.length === 0) {
    return "nothing was taken yet";
  }
  const newest = new Map(runs.map((run) => [run.shard, run.to]));
  const shown = [...newest].slice(0, SHARDS_SHOWN).map(([shard, to]) => `${shard} up to ${to}`);
  const more = newest.size - shown.length;
  return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
