/**
 * What the report's files may hold, as Microsoft's published schemas say it (github.com/microsoft/json-schemas, fabric/item/report):
 * the parts that these files use, written down so that nothing else passes. The published ones are asked in test/peers.
 */

const closed = (
  properties: object,
  required: readonly string[] = Object.keys(properties),
): object => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
const list = (items: object, more: object = {}): object => ({ type: "array", items, ...more });
const TEXT = { type: "string", minLength: 1 };
const NUMBER = { type: "number", minimum: 0 };

const of = closed({
  Expression: closed({ SourceRef: closed({ Entity: TEXT }) }),
  Property: TEXT,
});
/** semanticQuery/1.3.0 QueryExpressionContainer. */
const field = { oneOf: [closed({ Column: of }), closed({ Measure: of })] };
const literal = closed({ expr: closed({ Literal: closed({ Value: TEXT }) }) });
const expr = closed({ expr: field });
const value = {
  anyOf: [
    literal,
    expr,
    closed({ solid: closed({ color: literal }) }),
    closed({
      kind: { const: "ErrorRange" },
      explicit: closed({ isRelative: literal, upperBound: expr, lowerBound: expr }, ["isRelative"]),
    }),
  ],
};

/** formattingObjectDefinitions/1.4.0 Selector. */
export const SELECTOR = closed(
  {
    data: list(closed({ dataViewWildcard: closed({ matchingOption: { enum: [0, 1, 2] } }) })),
    metadata: TEXT,
    highlightMatching: { enum: [0, 1, 2] },
  },
  [],
);
const objects = {
  type: "object",
  additionalProperties: list(
    closed({ selector: SELECTOR, properties: { type: "object", additionalProperties: value } }, [
      "properties",
    ]),
  ),
};

const VISUALS = ["slicer", "card", "tableEx", "pivotTable", "lineChart"];
const projections = closed({
  projections: list(closed({ field, queryRef: TEXT, nativeQueryRef: TEXT }), { minItems: 1 }),
});

/** visualConfiguration/2.2.0. */
export const VISUAL = closed(
  {
    visualType: { enum: VISUALS },
    query: closed(
      {
        queryState: { type: "object", additionalProperties: projections, minProperties: 1 },
        sortDefinition: closed({
          sort: list(closed({ field, direction: { enum: ["Ascending", "Descending"] } })),
        }),
      },
      ["queryState"],
    ),
    objects,
    visualContainerObjects: objects,
    drillFilterOtherVisuals: { type: "boolean" },
  },
  ["visualType", "query"],
);

const schema = (path: string): object => ({
  const: `https://developer.microsoft.com/json-schemas/fabric/${path}/schema.json`,
});
const REPORT = "item/report/definition";

/** The end of a file's path → its schema. */
export const FILES: readonly (readonly [RegExp, object])[] = [
  [
    /\.pbip$/,
    closed({
      $schema: schema("pbip/pbipProperties/1.0.0"),
      version: { const: "1.0" },
      artifacts: list(closed({ report: closed({ path: TEXT }) })),
      settings: closed({ enableAutoRecovery: { type: "boolean" } }),
    }),
  ],
  [
    /\.platform$/,
    closed({
      $schema: schema("gitIntegration/platformProperties/2.0.0"),
      metadata: closed({ type: { enum: ["Report", "SemanticModel"] }, displayName: TEXT }),
      config: closed({
        version: { const: "2.0" },
        logicalId: { type: "string", pattern: "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" },
      }),
    }),
  ],
  [
    /definition\.pbism$/,
    closed({
      $schema: schema("item/semanticModel/definitionProperties/1.0.0"),
      version: { type: "string", pattern: "^4\\.[0-9]$" },
      settings: closed({}),
    }),
  ],
  [
    /definition\.pbir$/,
    closed({
      $schema: schema("item/report/definitionProperties/2.0.0"),
      version: { const: "4.0" },
      datasetReference: closed({
        byPath: closed({ path: { type: "string", pattern: "^\\.\\./.+\\.SemanticModel$" } }),
      }),
    }),
  ],
  [
    /version\.json$/,
    closed({
      $schema: schema(`${REPORT}/versionMetadata/1.0.0`),
      version: { type: "string", pattern: "^[1-9][0-9]*\\.(0|[1-9][0-9]*)\\.0$" },
    }),
  ],
  [
    /report\.json$/,
    closed({
      $schema: schema(`${REPORT}/report/3.1.0`),
      themeCollection: closed({
        baseTheme: closed({
          name: TEXT,
          type: { enum: ["SharedResources", "RegisteredResources"] },
          reportVersionAtImport: closed({ visual: TEXT, report: TEXT, page: TEXT }),
        }),
      }),
      settings: closed({
        useStylableVisualContainerHeader: { type: "boolean" },
        exportDataMode: { const: "AllowSummarized" },
      }),
    }),
  ],
  [
    /pages\.json$/,
    closed({
      $schema: schema(`${REPORT}/pagesMetadata/1.0.0`),
      pageOrder: list(TEXT, { minItems: 1, uniqueItems: true }),
      activePageName: TEXT,
    }),
  ],
  [
    /page\.json$/,
    closed({
      $schema: schema(`${REPORT}/page/2.0.0`),
      name: { type: "string", pattern: "^[A-Za-z0-9_-]{1,50}$" },
      displayName: TEXT,
      displayOption: { const: "FitToPage" },
      width: { const: 1280 },
      height: { const: 720 },
    }),
  ],
  [
    /visual\.json$/,
    closed({
      $schema: schema(`${REPORT}/visualContainer/2.4.0`),
      name: { type: "string", pattern: "^[A-Za-z0-9_-]{1,50}$" },
      position: closed({
        x: NUMBER,
        y: NUMBER,
        z: NUMBER,
        width: { type: "number", exclusiveMinimum: 0 },
        height: { type: "number", exclusiveMinimum: 0 },
        tabOrder: NUMBER,
      }),
      visual: VISUAL,
    }),
  ],
];
