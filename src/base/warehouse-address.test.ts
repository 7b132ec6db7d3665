/** Where tables are, as people write it: what is left out has its default, what makes no sense is refused with its cause. */

import { expect, test } from "vitest";
import { snowflakeBase, toWarehouseAddress } from "./warehouse-address.ts";

test("names are folded, and what is left out is copied over the SQL API into PUBLIC", () => {
  const address = toWarehouseAddress("snowflake://My_Org-Acc/market?warehouse=load_wh");
  expect(address).toMatchObject({
    account: "my_org-acc",
    database: "MARKET",
    schema: "PUBLIC",
    warehouse: "LOAD_WH",
    load: "copy",
    transport: "api",
  });
  expect(snowflakeBase(address)).toBe("https://my-org-acc.snowflakecomputing.com");
});

test.each([
  ["?load=streaming", { load: "streaming", transport: "api" }],
  ["?transport=driver", { load: "copy", transport: "driver" }],
  ["?transport=driver&stage=LAKE", { load: "copy", transport: "driver", stage: "LAKE" }],
])("%s says how rows come there", (options, expected) => {
  expect(toWarehouseAddress(`snowflake://a/d/s${options}`)).toMatchObject(expected);
});

test.each([
  ["snowflake://a/d/s?load=fast", "?load=fast is neither copy nor streaming"],
  ["snowflake://a/d/s?transport=odbc", "?transport=odbc is neither api nor driver"],
  ["snowflake://a/d/s?load=streaming&stage=LAKE", "need no ?stage= or ?integration="],
  ["snowflake://a/d/s?lod=copy", "?lod is unknown; known are"],
  ["snowflake://a/my-db", "my-db is no database's name"],
])("%s is refused", (text, cause) => {
  expect(() => toWarehouseAddress(text)).toThrow(cause);
});
