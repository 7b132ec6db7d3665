/** The report's files: PBIR, one file a page and one a visual, after the schemas that Microsoft publishes. */

import { PAGE } from "../grid.ts";
import type { Page, Visual } from "../pages.ts";
import type { Json } from "./expression.ts";
import { visualJson } from "./visual.ts";

const SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric";
const REPORT = `${SCHEMAS}/item/report/definition`;

/** Path below the report's folder → text. `model` is the semantic model's folder beside it. */
export function reportFiles(pages: readonly Page[], model: string): [string, string][] {
  const names = pages.map((_, index) => `page_${index + 1}`);
  return [
    ["definition.pbir", json(pbir(model))],
    [
      "definition/version.json",
      json({ $schema: `${REPORT}/versionMetadata/1.0.0/schema.json`, version: "2.0.0" }),
    ],
    ["definition/report.json", json(report())],
    [
      "definition/pages/pages.json",
      json({
        $schema: `${REPORT}/pagesMetadata/1.0.0/schema.json`,
        pageOrder: names,
        activePageName: names[0],
      }),
    ],
    ...pages.flatMap((page, index) => pageFiles(page, names[index] ?? "")),
  ];
}

function pageFiles({ title, visuals }: Page, name: string): [string, string][] {
  const folder = `definition/pages/${name}`;
  const page = {
    $schema: `${REPORT}/page/2.0.0/schema.json`,
    name,
    displayName: title,
    displayOption: "FitToPage",
    ...PAGE,
  };
  return [
    [`${folder}/page.json`, json(page)],
    ...visuals.map((visual, index): [string, string] => {
      const called = `${visual.kind}_${index + 1}`;
      return [`${folder}/visuals/${called}/visual.json`, json(container(visual, called, index))];
    }),
  ];
}

function container(visual: Visual, name: string, index: number): Json {
  const { x, y, width, height } = visual.box;
  return {
    $schema: `${REPORT}/visualContainer/2.4.0/schema.json`,
    name,
    position: { x, y, z: index, height, width, tabOrder: index },
    visual: visualJson(visual),
  };
}

function pbir(model: string): Json {
  return {
    $schema: `${SCHEMAS}/item/report/definitionProperties/2.0.0/schema.json`,
    version: "4.0",
    datasetReference: { byPath: { path: `../${model}` } },
  };
}

function report(): Json {
  return {
    $schema: `${REPORT}/report/3.1.0/schema.json`,
    themeCollection: {
      // A theme that every Power BI brings along.
      baseTheme: {
        name: "CY24SU10",
        reportVersionAtImport: { visual: "1.8.95", report: "2.0.95", page: "1.3.95" },
        type: "SharedResources",
      },
    },
    settings: { useStylableVisualContainerHeader: true, exportDataMode: "AllowSummarized" },
  };
}

export function json(value: Json): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** What Git integration of Fabric knows an item by. */
export function platform(type: "Report" | "SemanticModel", name: string, id: string): string {
  return json({
    $schema: `${SCHEMAS}/gitIntegration/platformProperties/2.0.0/schema.json`,
    metadata: { type, displayName: name },
    config: { version: "2.0", logicalId: id },
  });
}

export function pbism(): string {
  return json({
    $schema: `${SCHEMAS}/item/semanticModel/definitionProperties/1.0.0/schema.json`,
    version: "4.2",
    settings: {},
  });
}

export function pbip(folder: string): string {
  return json({
    $schema: `${SCHEMAS}/pbip/pbipProperties/1.0.0/schema.json`,
    version: "1.0",
    artifacts: [{ report: { path: folder } }],
    settings: { enableAutoRecovery: true },
  });
}
