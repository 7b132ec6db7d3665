/** The API reference in a browser: every operation is on it, and its form asks the pipeline; at both widths, light and dark. */

import { gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { RunningPipeline } from "../journey/running.ts";
import { openBrowser } from "./chromium.ts";

const LOOKS = [390, 1280].flatMap((width) =>
  (["light", "dark"] as const).map((colorScheme) => ({ width, colorScheme })),
);
/** What a browser loads for the reference, as gzip has it: the page grows with the pipeline, its files do not. */
const PAGE_BYTES_MAX = 8 * 1024;
const FILES_BYTES_MAX = 4 * 1024;

const off = process.env["MILLRACE_BROWSER"] === "off";

test.skipIf(off)("the reference shows every operation and tries one", async () => {
  const running = new RunningPipeline("examples/people");
  onTestFinished(() => running[Symbol.asyncDispose]());
  await running.start();
  const weigh = async (path: string): Promise<number> =>
    gzipSync(await (await fetch(`${running.url}${path}`)).text()).length;
  expect(await weigh("/docs")).toBeLessThanOrEqual(PAGE_BYTES_MAX);
  const files = (await weigh("/docs/page.css")) + (await weigh("/docs/page.js"));
  expect(files).toBeLessThanOrEqual(FILES_BYTES_MAX);
  await using open = await openBrowser();
  const { paths } = (await (await fetch(`${running.url}/openapi.json`)).json()) as {
    paths: Record<string, object>;
  };
  const operations = Object.values(paths).flatMap((methods) => Object.keys(methods));
  for (const { width, colorScheme } of LOOKS) {
    const page = await open?.browser.newPage({ colorScheme, viewport: { width, height: 800 } });
    const errors: string[] = [];
    page?.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    await page?.goto(`${running.url}/docs`);
    expect(await page?.locator("details").count()).toBe(operations.length);
    await page?.locator("summary", { hasText: "/v1/streams/people/events" }).click();
    const form = page?.locator('form[data-path="/v1/streams/people/events"]');
    await form?.getByRole("button").click();
    await expect.poll(() => form?.locator("output").textContent()).toMatch(/^20\d /);
    const overflow = await page?.evaluate(
      "document.documentElement.scrollWidth - document.documentElement.clientWidth",
    );
    expect(overflow).toBe(0);
    expect(errors).toEqual([]);
    const shot = process.env["MILLRACE_SHOTS"];
    if (shot !== undefined) {
      await page?.screenshot({ path: `${shot}/docs-${width}-${colorScheme}.png` });
    }
    await page?.close();
  }
});
