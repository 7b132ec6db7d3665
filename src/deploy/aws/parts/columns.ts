/** The columns of Parquet objects as a Glue table, where Firehose looks them up. */

import { Fn, Stack } from "aws-cdk-lib";
import { CfnDatabase, CfnTable } from "aws-cdk-lib/aws-glue";
import { DELIVERED_COLUMNS, type ColumnType } from "../../../base/record.ts";
import type { StreamPlan } from "../../../plan/plan.ts";
import { idOf, nameOf, type Site } from "../site.ts";

export interface Columns {
  readonly schema: {
    readonly catalogId: string;
    readonly databaseName: string;
    readonly tableName: string;
    readonly region: string;
    readonly versionId: "LATEST";
  };
  readonly arns: readonly string[];
}

const GLUE_TYPES: Readonly<Record<ColumnType, string>> = {
  text: "string",
  integer: "bigint",
  number: "double",
  boolean: "boolean",
  date: "date",
  timestamp: "timestamp",
  json: "string",
};

export function makeColumns(site: Site, stream: StreamPlan): Columns {
  const { account, region, partition } = Stack.of(site.scope);
  const id = idOf(stream.name);
  const glueName = nameOf(site, stream.name)
    .replaceAll(/[^a-z0-9]+/gi, "_")
    .toLowerCase();
  const database = new CfnDatabase(site.scope, `${id}Columns`, {
    catalogId: account,
    databaseInput: { name: glueName },
  });
  const table = new CfnTable(site.scope, `${id}ColumnTable`, {
    catalogId: account,
    databaseName: database.ref,
    tableInput: {
      name: glueName,
      tableType: "EXTERNAL_TABLE",
      storageDescriptor: {
        columns: [...stream.row, ...DELIVERED_COLUMNS].map(({ name, type }) => ({
          name,
          type: GLUE_TYPES[type],
        })),
      },
    },
  });
  const arn = (what: string): string =>
    Fn.join("", ["arn:", partition, ":glue:", region, ":", account, ":", what]);
  return {
    schema: {
      catalogId: account,
      databaseName: database.ref,
      tableName: table.ref,
      region,
      versionId: "LATEST",
    },
    arns: [arn("catalog"), arn(`database/${glueName}`), arn(`table/${glueName}/${glueName}`)],
  };
}
