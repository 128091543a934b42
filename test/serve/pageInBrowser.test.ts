import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningServer } from "../../src/serve/index.ts";
import { findChromium } from "../findChromium.ts";
import { native, noise, SAVE, serve, temporaryFolder } from "./served.ts";

const executablePath = findChromium();
const skipped = executablePath === undefined || !native;

/** Machines that are busy take their time. */
const patient = { timeout: 60_000 };

describe.skipIf(skipped)("the page of a server, in a browser", () => {
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let folder: string;
  let remove: () => Promise<void>;
  const problems: string[] = [];
  const requests: string[] = [];

  beforeAll(async () => {
    ({ folder, remove } = await temporaryFolder());
    const models = { kinds: await SAVE.kinds(folder), things: await SAVE.things(folder) };
    server = await serve(models, { maxBatch: 1, token: "open-sesame" });
    browser = await chromium.launch({ executablePath: executablePath as string });
    page = await browser.newPage();
    page.on("console", (message) => problems.push(message.text()));
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(server.url);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
    await remove();
  });

  it("asks for a token, and then shows what the chosen model says of an image", async () => {
    const status = page.getByRole("status");
    await expect.poll(() => status.textContent(), patient).toMatch(/^the request needs a token/);
    await page.getByLabel("Token").fill("open-sesame");
    await page.getByLabel("Token").blur();
    const file = join(folder, "noise.png");
    await writeFile(file, await noise(110, 70, 1));
    await page.setInputFiles("input[type=file]", file);
    await expect.poll(() => status.textContent(), patient).toMatch(/^noise\.png: answered in \d+ ms$/);
    const shown = async (): Promise<{ model: string; classes?: unknown[]; detections?: unknown[] }> =>
      JSON.parse((await page.locator("pre").textContent()) ?? "") as { model: string };
    expect((await shown()).classes).toHaveLength(4);
    await page.getByLabel("Model").selectOption("things");
    await expect.poll(async () => (await shown()).model, patient).toBe("things");
    await page.getByLabel("Lowest score").fill("0.01");
    await page.getByLabel("Lowest score").blur();
    await expect.poll(async () => (await shown()).detections?.length, patient).toBeGreaterThan(0);
    const width = await page.locator("img").evaluate((image) => (image as HTMLImageElement).naturalWidth);
    expect(width).toBe(110);
  });

  it("says what is wrong with a file", async () => {
    const file = join(folder, "notes.txt");
    await writeFile(file, "hello");
    await page.setInputFiles("input[type=file]", file);
    await expect
      .poll(() => page.getByRole("status").textContent(), patient)
      .toMatch(/^image: is no image that can be read/);
  });

  it("asks nobody but the server, and breaks no rule of its own", () => {
    const elsewhere = requests.filter((url) => !url.startsWith(server.url) && !url.startsWith("blob:"));
    expect(elsewhere).toEqual([]);
    const refused = /^Failed to load resource: the server responded with a status of (401|400|404)/; // which the tests provoke
    expect(problems.filter((text) => !refused.test(text))).toEqual([]);
  });
});
