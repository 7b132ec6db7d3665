/** Manifests as text: what is read back, and what is not taken for a manifest. */

import { describe, expect, it } from "vitest";
import { toInstant } from "../../base/clock.ts";
import type { ObjectName } from "../../base/object-name.ts";
import type { Manifest } from "../../seams/announce.ts";
import { fromManifestText, manifestName, manifestText } from "./manifest.ts";

const NAME = "_manifests/prices/000000000001.json" as ObjectName;
const manifest: Manifest = {
  version: 1,
  stream: "prices",
  cut: 1,
  records: 3,
  ranges: [{ shard: 0, first: 1, last: 3 }],
  object: {
    name: "prices/a.csv" as ObjectName,
    format: "csv",
    compression: "none",
    records: 3,
    bytes: 9,
    sha256: "0".repeat(64),
  },
  failed: undefined,
  dropped: [],
  discovered: {},
  firstAcceptedAt: toInstant(1),
  lastAcceptedAt: toInstant(2),
  cutAt: toInstant(3),
  planHash: "h",
};

describe("manifests", () => {
  it("are named by stream and cut", () => {
    expect(manifestName("prices", 1)).toBe(NAME);
    expect(manifestName(".hidden", 12)).toBe("_manifests/=.hidden/000000000012.json");
  });

  it("are the same bytes whatever the order of members", () => {
    const turned = Object.fromEntries(Object.entries(manifest).toReversed()) as unknown as Manifest;
    expect(manifestText(turned)).toBe(manifestText(manifest));
    expect(fromManifestText(manifestText(manifest), NAME)).toEqual(manifest);
  });

  it.each([
    ["nothing", ""],
    ["half a file", manifestText(manifest).slice(0, 80)],
    ["no version", manifestText(manifest).replace('"version":1', '"version":"1"')],
    ["a negative count", manifestText(manifest).replace('"records":3', '"records":-3')],
    ["a name that leads out", manifestText(manifest).replace("prices/a.csv", "../a.csv")],
    ["an unknown format", manifestText(manifest).replace('"csv"', '"xls"')],
    ["a range that is none", manifestText(manifest).replace('"shard":0', '"shard":"0"')],
    [
      "a null object",
      manifestText({ ...manifest, object: undefined }).replace("{", '{"object":null,'),
    ],
    ["a list", "[]"],
  ])("are not read from %s", (_what, text) => {
    expect(() => fromManifestText(text, NAME)).toThrow(/not a manifest/);
  });

  it("of a later version are not taken for damage", () => {
    const text = manifestText(manifest).replace('"version":1', '"version":2');
    const newer = { code: "DATA_NEWER", facts: { path: NAME, found: 2, known: 1 } };
    expect(() => fromManifestText(text, NAME)).toThrow(expect.objectContaining(newer));
  });
});
