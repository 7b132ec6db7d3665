/** A visual of a page as PBIR: what it shows, and how. */

import type { Candle, FieldOf, Visual } from "../pages.ts";
import { colour, field, type Json, literal, projection, refOf } from "./expression.ts";

/** What stands under `visual` in a visual's file. */
export function visualJson(visual: Visual): Json {
  switch (visual.kind) {
    case "slicer":
      return slicer(visual.of, visual.style);
    case "card":
      return charted("card", { Values: [visual.of] }, {});
    case "table":
      return charted("tableEx", { Values: visual.of }, {});
    case "matrix":
      return {
        ...charted("pivotTable", { Rows: visual.rows, Values: visual.values }, {}),
        query: {
          queryState: roles({ Rows: visual.rows, Values: visual.values }),
          ...sortedBy(visual.values[0]),
        },
      };
    case "lines":
      return {
        ...charted(
          "lineChart",
          {
            Category: [visual.time],
            Y: [visual.value],
            ...(visual.series === undefined ? {} : { Series: [visual.series] }),
          },
          {},
        ),
        ...titled(visual.title),
      };
    case "candles":
      return {
        ...charted(
          "lineChart",
          { Category: [visual.time], Y: seriesOf(visual.of) },
          look(visual.of),
        ),
        ...titled(visual.title),
      };
  }
}

function charted(
  visualType: string,
  given: Readonly<Record<string, readonly FieldOf[]>>,
  objects: Json,
): Json {
  return {
    visualType,
    query: { queryState: roles(given) },
    ...(Object.keys(objects).length === 0 ? {} : { objects }),
    drillFilterOtherVisuals: true,
  };
}

function roles(given: Readonly<Record<string, readonly FieldOf[]>>): Json {
  return Object.fromEntries(
    Object.entries(given).map(([role, of]) => [role, { projections: of.map(projection) }]),
  );
}

function sortedBy(of: FieldOf | undefined): Json {
  return of === undefined
    ? {}
    : { sortDefinition: { sort: [{ field: field(of), direction: "Descending" }] } };
}

/** The title is a measure: it says what is chosen. */
function titled(title: FieldOf): Json {
  const properties = { show: literal(true), text: { expr: field(title) } };
  return { visualContainerObjects: { title: [{ properties }] } };
}

const MODES = { list: "Dropdown", one: "Dropdown", between: "Between", tiles: "Basic" } as const;

function slicer(of: FieldOf, style: keyof typeof MODES): Json {
  const single = style === "one" || style === "tiles";
  return {
    ...charted(
      "slicer",
      { Values: [of] },
      {
        data: [{ properties: { mode: literal(MODES[style]) } }],
        // Tiles stand side by side.
        ...(style === "tiles" ? { general: [{ properties: { orientation: literal(1) } }] } : {}),
        selection: [
          {
            properties: single
              ? { strictSingleSelect: literal(true) }
              : { selectAllCheckboxEnabled: literal(true), singleSelect: literal(false) },
          },
        ],
      },
    ),
  };
}

const GREEN = "#2E8B57";
const RED = "#C0392B";
const GREY = "#7F8C8D";

function seriesOf({ high, low, close, up, down }: Candle): FieldOf[] {
  return [high, low, close, up, down];
}

/**
 * Candles of what every Power BI has: error bars from one measure to another. From high to low a thin one, from open to
 * close a thick one, of the series that is there only where the candle rises, or only where it falls.
 */
function look({ high, low, close, up, down }: Candle): Json {
  return {
    lineStyles: [high, low, close, up, down].map((of) => ({
      properties: { strokeShow: literal(false), showMarker: literal(false) },
      selector: { metadata: refOf(of) },
    })),
    error: [
      ...errorBar(high, { lowerBound: low, colour: GREY, width: 1 }),
      ...errorBar(up, { upperBound: close, colour: GREEN, width: 7 }),
      ...errorBar(down, { lowerBound: close, colour: RED, width: 7 }),
    ],
    legend: [{ properties: { show: literal(false) } }],
  };
}

function bound(name: string, to: FieldOf | undefined): Json {
  return to === undefined ? {} : { [name]: { expr: field(to) } };
}

interface ErrorBar {
  readonly upperBound?: FieldOf;
  readonly lowerBound?: FieldOf;
  readonly colour: string;
  readonly width: number;
}

function errorBar(of: FieldOf, { upperBound, lowerBound, colour: hex, width }: ErrorBar): Json[] {
  const metadata = refOf(of);
  return [
    {
      properties: {
        enabled: literal(true),
        barColor: colour(hex),
        barMatchSeriesColor: literal(false),
        barWidth: literal(width),
        markerShow: literal(false),
      },
      selector: { metadata },
    },
    {
      properties: {
        errorRange: {
          kind: "ErrorRange",
          explicit: {
            isRelative: literal(false),
            ...bound("upperBound", upperBound),
            ...bound("lowerBound", lowerBound),
          },
        },
      },
      selector: {
        data: [{ dataViewWildcard: { matchingOption: 0 } }],
        metadata,
        highlightMatching: 1,
      },
    },
  ];
}
