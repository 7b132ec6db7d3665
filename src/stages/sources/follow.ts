/** A GET that follows redirects by itself: headers, which may be secret, go to the first server only. */

import { showAddress } from "../../base/address.ts";
import { causeOf, Fault } from "../../base/faults.ts";

const REDIRECTS_MAX = 5;

export interface Question {
  readonly url: string;
  readonly source: string;
  /** For the first server only. */
  readonly headers: Readonly<Record<string, string>>;
  /** For every server: conditions, and what is taken. */
  readonly open: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** The answer, whatever its status. Throws SOURCE_REFUSED, and what fetch throws when nobody answers. */
export async function follow(question: Question): Promise<Response> {
  const { url, headers, open, signal } = question;
  const first = new URL(url);
  let at = first;
  for (let turn = 0; turn <= REDIRECTS_MAX; turn += 1) {
    const own = at.origin === first.origin ? headers : {};
    const answer = await fetch(at, { headers: { ...open, ...own }, redirect: "manual", signal });
    const next = answer.headers.get("location");
    if (answer.status < 300 || answer.status > 399 || answer.status === 304 || next === null) {
      return answer;
    }
    await answer.body?.cancel();
    const to = new URL(next, at);
    if (to.protocol !== "https:" && to.origin !== at.origin) {
      throw refusal(question, `it leads to ${showAddress(to.href)}, which is not https`);
    }
    at = to;
  }
  throw refusal(question, "it leads in circles");
}

/** Names the address without its query, where keys may be. */
export function refusal({ url, source }: Pick<Question, "url" | "source">, cause: string): Fault {
  const place = showAddress(url.split("?")[0] ?? url);
  return new Fault("SOURCE_REFUSED", { place, source, cause });
}

/** Why nobody answered: fetch hides the reason behind "fetch failed". */
export function innermost(thrown: unknown): string {
  const inner = thrown instanceof Error ? thrown.cause : undefined;
  return inner instanceof Error ? inner.message : causeOf(thrown);
}
