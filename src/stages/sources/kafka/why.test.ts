/** What the Kafka client throws, in the shapes it was seen to throw, as a person is told it. */

import { expect, test } from "vitest";
import { whyOf } from "./why.ts";

function wrapped(...messages: readonly (readonly [string, string])[]): Error {
  const [[code, message] = ["", ""], ...rest] = messages;
  const inner = rest.length === 0 ? {} : { errors: [wrapped(...rest)] };
  return Object.assign(new TypeError(message), { code, ...inner });
}

const TRIED = ["PLT_KFK_MULTIPLE", "metadata failed 1 times."] as const;
const NOBODY = ["PLT_KFK_MULTIPLE", "Cannot connect to any broker."] as const;
const CONNECTION = ["PLT_KFK_NETWORK", "Connection to 127.0.0.1:9 failed."] as const;

test.each([
  [
    [TRIED, NOBODY, CONNECTION, ["PLT_KFK_AUTHENTICATION", "SASL authentication failed."]],
    /user or password/,
  ],
  [[TRIED, ["PLT_KFK_NETWORK", "Connection closed"]], /tls\.cert/],
  [
    [TRIED, NOBODY, CONNECTION, ["ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:9"]],
    /^connect ECONNREFUSED 127.0.0.1:9$/,
  ],
  [
    [TRIED, NOBODY, CONNECTION, ["DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate"]],
    /^self-signed certificate$/,
  ],
  [[TRIED, NOBODY, CONNECTION], /metadata failed/],
  [[["X", "something (caused by: a, b)"]], /^something$/],
] as const)("%j", (chain, said) => {
  expect(whyOf(wrapped(...chain), { tls: true })).toMatch(said);
});

test("a connection without TLS that is closed is only that", () => {
  const closed = wrapped(TRIED, ["PLT_KFK_NETWORK", "Connection closed"]);
  expect(whyOf(closed, { tls: false })).toBe("Connection closed");
});
