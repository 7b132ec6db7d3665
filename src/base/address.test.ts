/** Addresses as people write them: what is taken, what is refused in which words, and what is never shown. */

import { describe, expect, it } from "vitest";
import { showAddress, toLakeAddress, toStreamAddress } from "./address.ts";

describe("a lake's address", () => {
  it("is a bucket with a prefix, or a folder", () => {
    expect(toLakeAddress("s3://events/food/market/")).toEqual({
      kind: "s3",
      bucket: "events",
      prefix: "food/market/",
      region: undefined,
      endpoint: undefined,
    });
    expect(toLakeAddress("s3://events")).toMatchObject({ bucket: "events", prefix: "" });
    expect(toLakeAddress("/mnt/lake")).toEqual({ kind: "folder", folder: "/mnt/lake" });
    expect(toLakeAddress("file:///mnt/a%20lake")).toEqual({
      kind: "folder",
      folder: "/mnt/a lake",
    });
  });

  it("may name a region and a server", () => {
    const text = "s3://events/x?region=eu-west-1&endpoint=http://127.0.0.1:9000";
    const expected = { region: "eu-west-1", endpoint: "http://127.0.0.1:9000", prefix: "x/" };
    expect(toLakeAddress(text)).toMatchObject(expected);
  });

  it.each([
    ["gs://bucket", "it can only be s3://, file://"],
    ["s3://", "is no bucket's name"],
    ["s3://UP_PER/x", "no bucket's name"],
    ["s3://events/a b", "other characters"],
    ["s3://events/../x/.hidden", "other characters"],
    ["s3://events/x?endpont=http://h", "?endpont is unknown; known are region, endpoint"],
    ["s3://events/x?endpoint=localhost:9000", "no http:// or https:// address"],
    ["s3://events:9000/x", "?endpoint="],
    ["s3://id:hush-hush@events/x", "keys do not belong into it"],
  ])("is not %s", (text, says) => {
    const read = (): unknown => toLakeAddress(text);
    expect(read).toThrow(says);
    expect(read).not.toThrow("hush-hush");
  });
});

describe("a stream's address", () => {
  it("is a region and what stands before the names of streams", () => {
    expect(toStreamAddress("kinesis://eu-west-1/market-")).toMatchObject({
      region: "eu-west-1",
      prefix: "market-",
      endpoint: undefined,
      leases: undefined,
    });
    const shared = "kinesis://us-gov-east-1?leases=s3://bucket/leases";
    expect(toStreamAddress(shared)).toMatchObject({
      region: "us-gov-east-1",
      leases: { kind: "s3", bucket: "bucket", prefix: "leases/" },
    });
  });

  it.each([
    ["kinesis://europe/x", "no region"],
    ["kinesis://eu-west-1/a/b", "may not begin with"],
    ["kafka://broker/topic", "it can only be kinesis://"],
    ["events", "neither `embedded` nor"],
  ])("is not %s", (text, says) => {
    expect(() => toStreamAddress(text)).toThrow(says);
  });
});

describe("an address for people", () => {
  it.each([
    ["snowflake://me:hush@account/db", "snowflake://me:••••@account/db"],
    ["s3://b/x?region=eu-west-1", "s3://b/x?region=eu-west-1"],
    ["s3://b/x?sessionToken=hush&region=eu-west-1", "s3://b/x?sessionToken=••••&region=eu-west-1"],
  ])("hides what may be a secret: %s", (text, shown) => {
    expect(showAddress(text)).toBe(shown);
  });
});
