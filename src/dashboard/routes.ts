/** The dashboard's routes as a plain list, for whoever holds the server to mount. */

import { isEngineStream } from "../base/record.ts";
import type { ExampleEvent } from "../seams/feed.ts";
import { WebFiles } from "./assets.ts";
import { chartFacts, readChoices, readSeries } from "./charts.ts";
import { sampleEvent } from "../base/sample-event.ts";
import { Feed } from "./feed.ts";
import type { DashboardOptions, DashboardRoute } from "./options.ts";

export function dashboardRoutes(options: DashboardOptions): readonly DashboardRoute[] {
  const files = new WebFiles(options.webFolder);
  const feed = new Feed(options);
  const page = (request: Request): Promise<Response> => files.page(request);
  const source = { charts: options.plan.dashboard.charts, query: options.query };
  return [
    { method: "GET", path: "/", handle: page },
    { method: "GET", path: "/assets/:file", handle: (request) => files.asset(request) },
    { method: "GET", path: "/v1/feed", handle: (request) => feed.open(request) },
    {
      method: "GET",
      path: "/v1/charts",
      handle: () => toJson(options.plan.dashboard.charts.map(chartFacts)),
    },
    {
      method: "GET",
      path: "/v1/charts/:chart/choices",
      handle: async (request) => toJson(await readChoices(source, request)),
    },
    {
      method: "GET",
      path: "/v1/charts/:chart/series",
      handle: async (request) => toJson(await readSeries(source, request)),
    },
    { method: "GET", path: "/v1/examples", handle: () => toJson(examples(options)) },
  ];
}

function examples(options: DashboardOptions): readonly ExampleEvent[] {
  return options.plan.streams
    .filter(({ name }) => !isEngineStream(name))
    .map(({ name, schema }) => ({ stream: name, event: sampleEvent(schema) }));
}

function toJson(value: unknown): Response {
  return Response.json(value, { headers: { "cache-control": "no-store" } });
}
