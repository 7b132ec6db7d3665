/** The dashboard in a real browser: live, in both colour schemes, at both widths, usable by all, and when things fail. */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { buildWeb } from "../../scripts/build-web.ts";
import { dashboardRoutes } from "../../src/dashboard/index.ts";
import { openBrowser, type OpenBrowser } from "./chromium.ts";
import { newScript, scriptedOptions, type Script } from "./scripted-pipeline.ts";
import { serve, type Served } from "./serve.ts";

const off = process.env["MILLRACE_BROWSER"] === "off";
const axeSource = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** The feed speaks once a second, and a lost page waits before it comes back. */
const PATIENCE = { timeout: 20_000, interval: 50 };

function eventually<T>(read: () => T) {
  return expect.poll(read, PATIENCE);
}

let open: OpenBrowser | undefined;
let served: Served;
let script: Script;
const posted: string[] = [];
/** Whether a key is needed, and whose was shown. */
const session = { required: false, caller: null as string | null };

/** Who asks; a key shown opens the session that the page's end of it closes. */
function door(method: string, url: string): Response | undefined {
  const locked = session.required && session.caller === null;
  if (url !== "/v1/session") {
    return locked && url === "/v1/feed" ? new Response("{}", { status: 401 }) : undefined;
  }
  if (method !== "GET") {
    session.caller = method === "POST" ? "key:k1" : null;
  }
  return Response.json({ ...session, scopes: session.caller === null ? [] : ["read"] });
}

/** The gateway's part of the server: who asks, a receipt, and where the event is. */
function gateway(method: string, url: string): Response | undefined {
  const entered = door(method, url);
  if (entered !== undefined) {
    return entered;
  }
  if (method === "POST" && url === "/v1/streams/prices/events") {
    posted.push(url);
    const receipt = { id: "prices.0.7", stream: "prices", status: "accepted" };
    return Response.json(receipt, { status: 202 });
  }
  const steps = ["accepted", "delivered", "loaded"].map((stage) => ({
    stage,
    state: "done",
    says: stage,
  }));
  return url === "/v1/events/prices.0.7" ? Response.json({ id: "prices.0.7", steps }) : undefined;
}

describe.skipIf(off)("dashboard", () => {
  beforeAll(async () => {
    open = await openBrowser();
    const web = join(folder(), "web");
    await buildWeb(web);
    // One server for all tests; the script it plays is another for each.
    const live = new Proxy({} as Script, {
      get: (_, name) => script[name as keyof Script],
    });
    served = await serve(dashboardRoutes(scriptedOptions(live, web)), ({ method = "", url = "" }) =>
      gateway(method, url),
    );
  });

  afterAll(async () => {
    await served?.[Symbol.asyncDispose]();
    await open?.[Symbol.asyncDispose]();
  });

  beforeEach(() => {
    script = newScript();
    posted.length = 0;
    Object.assign(session, { required: false, caller: null });
  });

  test("a key lets in where keys are needed, and logging out locks the page again", async () => {
    session.required = true;
    await using view = await openPage({ width: 1440, locked: true });
    const { page } = view;
    await eventually(() => page.locator(".live").textContent()).toBe("Locked");
    expect(await page.getByRole("button", { name: "Log out" }).count()).toBe(0);
    await page.locator("#login textarea").fill("mr_a_key");
    await page.getByRole("button", { name: "Log in" }).click();
    await eventually(() => page.locator(".live").textContent()).toBe("Live");
    await page.getByRole("button", { name: "Log out" }).click();
    await eventually(() => page.locator("#login").isVisible()).toBe(true);
    expect(session.caller).toBe(null);
    await eventually(() => page.locator(".live").textContent()).toBe("Locked");
  });

  test("figures follow the pipeline", async () => {
    await using view = await openPage({ width: 1440 });
    const { page } = view;
    const count = page.locator('[data-stop="stream"] .stop-count b');
    const before = await count.textContent();
    const rate = page.locator('[data-stop="stream"] .stop-rate');
    expect(await rate.textContent()).toBe("0/s");
    script.seconds += 1;
    await eventually(() => count.textContent()).not.toBe(before);
    await eventually(() => rate.textContent()).toMatch(/^[1-9][\d,.]+\/s$/);
    await eventually(() => page.locator(".live").textContent()).toBe("Live");
    expect(await page.locator(".badge").first().textContent()).toMatch(/BALANCED/);
    script.books = "SHORT";
    await eventually(() => page.locator(".top .badge.bad").textContent()).toMatch(/SHORT/);
    await eventually(() => page.locator(".banner.bad").textContent()).toMatch(
      /books are SHORT.*millrace verify/,
    );
    expect(view.complaints).toEqual([]);
  });

  test("dead letters show their reasons and open to the record", async () => {
    await using view = await openPage({ width: 1440 });
    const { page } = view;
    const letters = page.locator("#dead-letters .letter");
    await eventually(() => letters.count()).toBe(6);
    script.letters = 7;
    await eventually(() => letters.count()).toBe(7);
    await letters.first().locator("summary").click();
    const opened = letters.first().locator(".letter-body");
    await eventually(() => opened.isVisible()).toBe(true);
    expect(await opened.locator("pre").textContent()).toContain("a lot");
    expect(await opened.textContent()).toContain("DATES must be a date");
  });

  test("what an event says is text, whatever it would be as a page", async () => {
    const hostile = `</pre><img src="x" onerror="document.title='taken'"><script>document.title='taken'</script>`;
    Object.assign(script, { letters: 8, preview: hostile });
    await using view = await openPage({ width: 1440 });
    const letters = view.page.locator("#dead-letters .letter");
    await eventually(() => letters.count()).toBe(8);
    await letters.first().locator("summary").click();
    await eventually(() => letters.first().locator("pre").textContent()).toContain(hostile);
    expect(await view.page.locator("#dead-letters :is(img, script)").count()).toBe(0);
    expect(await view.page.title()).not.toContain("taken");
    expect(view.complaints).toEqual([]);
  });

  test("a chart is chosen by slicers and can be read as a table", async () => {
    await using view = await openPage({ width: 1440 });
    const { page } = view;
    const market = page.getByLabel(/^market/i);
    await eventually(() => market.inputValue()).toBe("Mombasa");
    await page.getByLabel(/^country/i).selectOption("Nigeria");
    await eventually(() => market.inputValue()).toBe("Abuja");
    const image = page.getByRole("img", { name: /Food prices, Nigeria, Abuja/ });
    await eventually(() => image.count()).toBe(1);
    await page.getByRole("button", { name: "Table" }).click();
    await eventually(() => page.locator("#chart-0 tbody tr").count()).toBe(204);
    expect(view.complaints).toEqual([]);
  });

  test("an event sent from the page is followed to its row", async () => {
    await using view = await openPage({ width: 1440 });
    const { page } = view;
    expect(await page.getByLabel("curl command").textContent()).toContain(
      `curl ${served.url}/v1/streams/prices/events`,
    );
    await page.getByRole("button", { name: "Send" }).click();
    await eventually(() => page.locator(".steps .done").count()).toBe(3);
    expect(posted).toHaveLength(1);
  });

  test("an event is found by its id, and one that never came is told as such", async () => {
    await using view = await openPage({ width: 1440 });
    const { page } = view;
    const id = page.getByLabel("Id of the event");
    await id.fill("prices.0.7");
    await id.press("Enter");
    await eventually(() => page.locator("#where .way .done").count()).toBe(3);
    await id.fill("prices.0.8");
    await page.getByRole("button", { name: "Find" }).click();
    await eventually(() => page.locator("#where .trouble").count()).toBe(1);
    expect(await page.locator("#where .way").count()).toBe(0);
  });

  test("long names break on a phone and on a wide screen; figures stay in sight", async () => {
    script.longName = "monthly_consumer_price_observations_of_west_african_markets_by_enumerator";
    for (const width of [390, 1440]) {
      await using view = await openPage({ width });
      const { page } = view;
      const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
      expect(wide).toBeLessThanOrEqual(width);
      expect(width < 500 ? 0 : await page.evaluate<number>(TOO_WIDE)).toBe(0);
    }
  });

  test("a lost connection is said, and mended by itself", async () => {
    await using view = await openPage({ width: 1440 });
    const { page } = view;
    served.fall();
    await eventually(() => page.locator(".banner.bad").textContent()).toMatch(
      /does not answer.*Figures are as of/,
    );
    await shot(page, "disconnected");
    served.rise();
    await eventually(() => page.locator(".banner").count()).toBe(0);
    await eventually(() => page.locator(".live").textContent()).toBe("Live");
    expect(await page.locator(".stale").count()).toBe(0);
  });

  test("a warehouse that is down and a stage in trouble are said in plain words", async () => {
    script.warehouseUp = false;
    script.trouble = "Object prices/17.csv could not be written: no space left on device";
    await using view = await openPage({ width: 1440, canvas: false });
    const { page } = view;
    await eventually(() => page.locator(".banner.warn").textContent()).toMatch(/restarting/);
    expect(await page.locator('[data-stop="delivery"] .trouble').textContent()).toContain(
      "no space left",
    );
    expect(await page.locator(".stop.troubled").count()).toBe(2);
    await eventually(() => page.locator("#chart-0 .empty").textContent()).toMatch(
      /warehouse is restarting/,
    );
    await shot(page, "trouble");
    script.warehouseUp = true;
    await eventually(() => page.locator("#chart-0 canvas").count()).not.toBe(0);
  });

  test("a pipeline that has seen nothing yet says so everywhere", async () => {
    Object.assign(script, { empty: true, letters: 0, books: undefined });
    await using view = await openPage({ width: 1440, canvas: false });
    const { page } = view;
    await eventually(() => page.locator("#dead-letters .empty").textContent()).toMatch(/^None\./);
    await eventually(() => page.locator("#chart-0 .empty").textContent()).toMatch(/not there yet/);
    expect(await page.locator(".level-0").count()).toBe(7);
    await shot(page, "empty");
    expect(await violations(page)).toEqual([]);
  });

  test("the scheme button turns the colours and is remembered", async () => {
    await using view = await openPage({ width: 1440, scheme: "light" });
    const { page } = view;
    const ground = (): Promise<string> =>
      page.evaluate("getComputedStyle(document.body).backgroundColor");
    const light = await ground();
    await page.getByRole("button", { name: "Use the dark colours" }).click();
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.reload();
    await page.waitForSelector(".journey");
    expect(await ground()).toBe(dark);
  });

  const looks = [1440, 390].flatMap((width) =>
    (["light", "dark"] as const).map((scheme) => ({ width, scheme })),
  );
  test.each(looks)(
    "at $width px in $scheme nothing overflows and axe finds nothing",
    async (look) => {
      await using view = await openPage(look);
      const { page } = view;
      script.seconds += 1;
      await page.locator("#dead-letters summary").first().click();
      await eventually(() => page.locator("#tail li").count()).not.toBe(0);
      const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
      expect(wide).toBeLessThanOrEqual(look.width);
      expect(await violations(page)).toEqual([]);
      await shot(page, `${look.width}-${look.scheme}`);
      expect(view.complaints).toEqual([]);
    },
  );

  test("everything can be reached by keyboard, and the focus is seen", async () => {
    await using view = await openPage({ width: 1440 });
    const { page } = view;
    const reached = new Set<string>();
    for (let steps = 0; steps < 60; steps += 1) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate<{ name: string; outline: string }>(FOCUSED);
      expect(at.outline, `focus on ${at.name} is seen`).not.toBe("none");
      reached.add(at.name);
    }
    for (const name of ["Table", "SUMMARY", "SELECT", "TEXTAREA", "Hold", "Send"]) {
      expect([...reached]).toContain(name);
    }
  });
});

/** How much the table of streams is wider than its box. */
const TOO_WIDE = `(() => {
  const box = document.querySelector("#streams .scroll");
  return box.scrollWidth - box.clientWidth;
})()`;

/** Where the focus is: a button by its text, anything else by its tag; and how it shows. */
const FOCUSED = `(() => {
  const at = document.activeElement;
  const outline = at === document.body ? "body" : getComputedStyle(at).outlineStyle;
  return { name: at.tagName === "BUTTON" ? at.textContent : at.tagName, outline };
})()`;

interface View extends AsyncDisposable {
  readonly page: Page;
  /** Everything that the browser's console had to complain about. */
  readonly complaints: readonly string[];
}

async function openPage(look: {
  readonly width: number;
  readonly scheme?: "light" | "dark";
  readonly canvas?: boolean;
  /** A key is needed before anything is shown. */
  readonly locked?: boolean;
}): Promise<View> {
  const { width, scheme = "light", canvas = true, locked = false } = look;
  const browser = open?.browser as Browser;
  const context = await browser.newContext({
    viewport: { width, height: width < 500 ? 844 : 900 },
    colorScheme: scheme,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") {
      complaints.push(message.text());
    }
  });
  const closing = { [Symbol.asyncDispose]: () => context.close() };
  await page.goto(served.url);
  if (locked) {
    await page.waitForSelector("#login");
    return { page, complaints, ...closing };
  }
  await page.waitForSelector(".journey");
  await page.waitForSelector("#try form");
  if (canvas) {
    await page.waitForSelector("#chart-0 canvas");
  }
  return { page, complaints, ...closing };
}

async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(await readFile(axeSource, "utf8"));
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<AxeResults> } };
    const { violations: found } = await axe.run();
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
}

interface AxeResults {
  readonly violations: readonly { readonly id: string; readonly nodes: { html: string }[] }[];
}

/** Pictures for whoever wants to look: kept when MILLRACE_SHOTS names a folder, else removed with the browser. */
async function shot(page: Page, name: string): Promise<void> {
  const path = join(process.env["MILLRACE_SHOTS"] ?? folder(), `${name}.png`);
  await page.screenshot({ path, fullPage: true });
}

function folder(): string {
  return open?.folder ?? "";
}
