/** Ways from Snowflake to the lake, and what is said where there is none. */

import { expect, it } from "vitest";
import { toStage } from "./stage.ts";

const NOTHING = { stage: undefined, integration: undefined, url: undefined };
const ADDRESS = "snowflake://acc/DB/S";

it("is a stage that is there, or one made through an integration", () => {
  const there = toStage({ ...NOTHING, stage: "DB.S.LAKE" }, ADDRESS);
  expect(there).toEqual({ name: "@DB.S.LAKE", statements: [] });
  const made = toStage({ ...NOTHING, integration: "WAY", url: "s3://b/o'p/" }, ADDRESS);
  expect(made.name).toBe("@MILLRACE_LAKE");
  expect(made.statements).toEqual([
    "CREATE STAGE IF NOT EXISTS MILLRACE_LAKE URL = 's3://b/o''p/' STORAGE_INTEGRATION = WAY",
  ]);
});

it.each([
  [NOTHING, "the lake is in a folder"],
  [{ ...NOTHING, integration: "WAY" }, "the lake is in a folder"],
  [{ ...NOTHING, url: "s3://b/" }, "the lake is s3://b/"],
  [{ ...NOTHING, stage: "x; DROP TABLE y" }, "is no name of Snowflake's"],
  [{ ...NOTHING, integration: "a b", url: "s3://b/" }, "is no name of Snowflake's"],
])("cannot be %j", (place, says) => {
  expect(() => toStage(place, ADDRESS)).toThrow(says);
});
