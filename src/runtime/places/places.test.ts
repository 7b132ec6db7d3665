/** Which of several addresses is meant, and what a change of one is told. */

import { describe, expect, it } from "vitest";
import { readEnvironment } from "./environment.ts";
import { type GivenPlaces, type Places, type PlaceTexts, settlePlaces } from "./places.ts";

interface Said {
  readonly given?: GivenPlaces;
  readonly variables?: Readonly<Record<string, string>>;
  readonly remembered?: PlaceTexts;
}

function settle({ given = {}, variables = {}, remembered }: Said): Places {
  return settlePlaces({
    given,
    environment: readEnvironment(variables),
    remembered,
    root: "/data",
  });
}

const KNOWN = { lake: "s3://known/x", stream: "embedded", warehouse: "embedded" };

describe("the lake of a data folder", () => {
  it("is its own folder where nobody says anything", () => {
    expect(settle({})).toMatchObject({ lake: undefined, stream: { kind: "log" } });
  });

  it("is what the command line says, else the environment, else what it was", () => {
    const variables = { MILLRACE_LAKE: "s3://variable/x" };
    const given = { lake: "s3://option/x" };
    expect(settle({ given, variables }).texts.lake).toBe("s3://option/x");
    expect(settle({ variables }).texts.lake).toBe("s3://variable/x");
    expect(settle({ remembered: KNOWN }).texts.lake).toBe("s3://known/x");
    expect(settle({ remembered: KNOWN, given: { lake: "s3://known/x" } }).texts).toEqual(KNOWN);
  });

  it("changes only where that is said too", () => {
    const given = { lake: "embedded" };
    const change = (): unknown => settle({ given, remembered: KNOWN });
    expect(change).toThrow("The lake of /data is s3://known/x, not embedded.");
    const moved = settle({ given: { ...given, readdress: true }, remembered: KNOWN });
    expect(moved.lake).toBeUndefined();
  });

  it("is a folder from the root on, wherever the next command runs", () => {
    expect(settle({ given: { lake: "some/lake" } }).texts.lake).toBe(`${process.cwd()}/some/lake`);
  });

  it("is reached at the server that address or environment name", () => {
    const given = { lake: "s3://bkt/x" };
    const one = { AWS_ENDPOINT_URL: "http://one:1", AWS_ENDPOINT_URL_S3: "http://s3:1" };
    expect(settle({ given, variables: one }).lake).toMatchObject({ endpoint: "http://s3:1" });
    const all = { AWS_ENDPOINT_URL: "http://one:1", AWS_REGION: "eu-west-1" };
    const expected = { endpoint: "http://one:1", region: "eu-west-1" };
    expect(settle({ given, variables: all }).lake).toMatchObject(expected);
    const own = { lake: "s3://bkt/x?endpoint=http://own:1&region=eu-north-1" };
    const mine = { endpoint: "http://own:1", region: "eu-north-1" };
    expect(settle({ given: own, variables: all }).lake).toMatchObject(mine);
  });

  it("needs an endpoint that is an address", () => {
    const variables = { AWS_ENDPOINT_URL: "localhost:9000" };
    expect(() => settle({ variables })).toThrow("no http:// or https:// address");
  });
});

describe("the stream of a data folder", () => {
  it("may be Kinesis, and completes its leases' address too", () => {
    const given = { stream: "kinesis://eu-west-1/m-?leases=s3://bkt/leases" };
    const variables = {
      AWS_ENDPOINT_URL_S3: "http://s3:1",
      AWS_ENDPOINT_URL_KINESIS: "http://k:1",
    };
    expect(settle({ given, variables }).stream).toMatchObject({
      endpoint: "http://k:1",
      leases: { endpoint: "http://s3:1" },
    });
  });
});

describe("the warehouse of a data folder", () => {
  it("is its own file, or Snowflake by option, variable or memory", () => {
    expect(settle({}).warehouse).toBeUndefined();
    const address = "snowflake://MyOrg-acc1/market/raw?role=loader&warehouse=wh&stage=lake";
    const expected = {
      account: "myorg-acc1",
      database: "MARKET",
      schema: "RAW",
      role: "LOADER",
      warehouse: "WH",
      stage: "lake",
    };
    expect(settle({ given: { warehouse: address } }).warehouse).toMatchObject(expected);
    expect(settle({ variables: { MILLRACE_WAREHOUSE: address } }).warehouse).toMatchObject(
      expected,
    );
    const remembered = { ...KNOWN, warehouse: address };
    expect(settle({ remembered }).warehouse).toMatchObject(expected);
    const change = (): unknown => settle({ remembered, given: { warehouse: "embedded" } });
    expect(change).toThrow("The warehouse of /data is snowflake://");
  });

  it.each([
    ["postgres://a/b", "it can only be snowflake://"],
    ["some/file", "neither `embedded` nor"],
    ["snowflake://acc", "nothing is no database's name"],
    ["snowflake://acc/a b", "is no database's name"],
    ["snowflake://acc/db/s/more", "nothing more to say"],
    ["snowflake://u:p@acc/db", "keys do not belong into it"],
    ["snowflake://acc/db?password=x", "?password is unknown"],
    ["snowflake://acc/db?endpoint=nope", "no http:// or https:// address"],
  ])("cannot be %s", (warehouse, says) => {
    expect(() => settle({ given: { warehouse } })).toThrow(says);
  });
});
