/** The API reference in a browser: every operation is on it, and its form asks the pipeline; on a phone too, light and dark. */

import { expect, onTestFinished, test } from "vitest";
import { RunningPipeline } from "../journey/running.ts";
import { openBrowser } from "./chromium.ts";

const off = process.env["MILLRACE_BROWSER"] === "off";

test.skipIf(off)("the reference shows every operation and tries one", async () => {
  const running = new RunningPipeline("examples/people");
  onTestFinished(() => running[Symbol.asyncDispose]());
  await running.start();
  await using open = await openBrowser();
  const { paths } = (await (await fetch(`${running.url}/openapi.json`)).json()) as {
    paths: Record<string, object>;
  };
  const operations = Object.values(paths).flatMap((methods) => Object.keys(methods));
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await open?.browser.newPage({
      colorScheme,
      viewport: { width: 390, height: 800 },
    });
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
      await page?.screenshot({ path: `${shot}/docs-${colorScheme}.png` });
    }
    await page?.close();
  }
});
