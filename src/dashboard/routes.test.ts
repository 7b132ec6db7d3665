/** The list of routes: read only, each path once, and the two answers that are made from the plan alone. */

import { expect, test } from "vitest";
import { Fault } from "../base/faults.ts";
import type { DashboardOptions } from "./options.ts";
import { dashboardRoutes } from "./routes.ts";

const unused = (): never => {
  throw new Fault("NOT_RUNNING");
};

const options: DashboardOptions = {
  plan: {
    name: "p",
    dashboard: {
      charts: [
        {
          kind: "candlestick",
          title: "Prices",
          table: "prices",
          time: "date",
          open: "open",
          high: "high",
          low: "low",
          close: "close",
          slicers: ["country"],
        },
      ],
    },
    streams: [
      {
        name: "prices",
        schema: { properties: { country: { type: "string" } }, required: ["country"] },
      },
      { name: "dead_letters", schema: {} },
    ],
  },
  query: { run: unused, stream: unused },
  webFolder: "/nowhere",
  status: unused,
  newestDeadLetters: unused,
};

async function answerOf(path: string): Promise<unknown> {
  const route = dashboardRoutes(options).find((one) => one.path === path);
  const response = await route?.handle(new Request(`http://millrace.test${path}`));
  return await response?.json();
}

test("every route only reads, and no path is there twice", () => {
  const routes = dashboardRoutes(options);
  expect(routes.every(({ method }) => method === "GET")).toBe(true);
  expect(new Set(routes.map(({ path }) => path)).size).toBe(routes.length);
});

test("charts are told without their columns", async () => {
  const facts = { kind: "candlestick", title: "Prices", table: "prices", slicers: ["country"] };
  expect(await answerOf("/v1/charts")).toEqual([facts]);
});

test("there is an example for each of the user's streams, and none for the dead letters", async () => {
  expect(await answerOf("/v1/examples")).toEqual([
    { stream: "prices", event: { country: "a country" } },
  ]);
});
