/** Requests signed by AWS's own signer are let in; anything changed on the way is not. */

import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { toInstant } from "../../base/clock.ts";
import { WireFault } from "../wire-fault.ts";
import { readAccessKeys } from "./access-keys.ts";
import { openAuthority } from "./authority.ts";

const NOW = Date.UTC(2026, 10, 26, 1, 2, 3);
const clock = { now: () => toInstant(NOW) };
const keys = readAccessKeys("AKIAONE:sec/ret+1=, AKIATWO:another");
const strict = openAuthority({ keys, anonymous: false, clock });

/** The hash that the signer asks for, by node's own crypto. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined ? createHash("sha256") : createHmac("sha256", toBytes(secret));
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(toBytes(data));
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.#hash.digest()));
  }
  reset(): void {}
}

function toBytes(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === "string") {
    return Buffer.from(data);
  }
  return ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(data);
}

const BODY = Buffer.from('{"StreamName":"s"}');

async function signed(secret = "sec/ret+1=", at = NOW, id = "AKIAONE") {
  const signer = new SignatureV4({
    credentials: { accessKeyId: id, secretAccessKey: secret },
    region: "eu-west-1",
    service: "kinesis",
    sha256: Sha256,
  });
  const { headers } = await signer.sign(
    {
      method: "POST",
      protocol: "http:",
      hostname: "127.0.0.1",
      path: "/",
      query: {},
      headers: {
        host: "127.0.0.1:8080",
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "Kinesis_20131202.DescribeStream",
      },
      body: BODY,
    },
    { signingDate: new Date(at) },
  );
  return { method: "POST", url: "/", headers, body: BODY };
}

function typeOf(run: () => unknown): string {
  try {
    run();
    return "admitted";
  } catch (thrown) {
    return thrown instanceof WireFault ? thrown.type : String(thrown);
  }
}

test("a request signed with a known key is admitted, twice as well, with its region", async () => {
  const request = await signed();
  expect(strict.admit(request, "kinesis")).toMatchObject({
    region: "eu-west-1",
    accessKeyId: "AKIAONE",
  });
  expect(strict.admit(request, "kinesis").region).toBe("eu-west-1");
});

test("whatever is changed or wrong is refused by AWS's own error", async () => {
  const good = await signed();
  const auth = good.headers["authorization"] ?? "";
  const cases = [
    [{ ...good, body: Buffer.from('{"StreamName":"t"}') }, "InvalidSignatureException"],
    [{ ...good, method: "PUT" }, "InvalidSignatureException"],
    [{ ...good, url: "/?a=b" }, "InvalidSignatureException"],
    [{ ...good, url: "/?X-Amz-Algorithm=AWS4-HMAC-SHA256" }, "InvalidSignatureException"],
    [changed(good, "x-amz-target", "Kinesis_20131202.DeleteStream"), "InvalidSignatureException"],
    [changed(good, "x-amz-extra", "not signed"), "InvalidSignatureException"],
    [changed(good, "authorization", ""), "MissingAuthenticationTokenException"],
    [changed(good, "authorization", "Basic abc"), "IncompleteSignatureException"],
    [
      changed(good, "authorization", auth.replace(/Signature=.*/, "")),
      "IncompleteSignatureException",
    ],
    [changed(good, "x-amz-date", ""), "IncompleteSignatureException"],
    [await signed("wrong"), "InvalidSignatureException"],
    [await signed("sec/ret+1=", NOW, "AKIANONE"), "UnrecognizedClientException"],
    [await signed("sec/ret+1=", NOW - 301_000), "InvalidSignatureException"],
    [await signed("sec/ret+1=", NOW + 301_000), "InvalidSignatureException"],
    [await signed("another", NOW, "AKIATWO"), "admitted"],
    [await signed("sec/ret+1=", NOW - 299_000), "admitted"],
  ] as const;
  expect(cases.map(([request]) => typeOf(() => strict.admit(request, "kinesis")))).toEqual(
    cases.map(([, type]) => type),
  );
  expect(typeOf(() => strict.admit(good, "firehose"))).toBe("InvalidSignatureException");
});

test("where anyone is let in, signatures are not looked at, and regions still count", async () => {
  const open = openAuthority({ keys: readAccessKeys(undefined), anonymous: true, clock });
  expect(open.admit(await signed("whatever"), "kinesis").region).toBe("eu-west-1");
  const bare = { method: "POST", url: "/", headers: {}, body: BODY };
  expect(open.admit(bare, "kinesis").region).toBe("us-east-1");
});

test("no text in the headers makes it fail in another way than refusing", async () => {
  const good = await signed();
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), fc.string(), (text, date) => {
      const pieces = [text, `AWS4-HMAC-SHA256 ${text}`, `AWS4-HMAC-SHA256 Credential=${text}`];
      for (const authorization of pieces) {
        const headers = { ...good.headers, authorization, "x-amz-date": date };
        expect(typeOf(() => strict.admit({ ...good, headers }, "kinesis"))).toMatch(/Exception$/);
      }
    }),
  );
});

function changed(
  request: Awaited<ReturnType<typeof signed>>,
  name: string,
  value: string,
): Awaited<ReturnType<typeof signed>> {
  return { ...request, headers: { ...request.headers, [name]: value } };
}
