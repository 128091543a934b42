import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import sharp from "sharp";
import { build, type Rolldown } from "vite";
import { describe, expect, it } from "vitest";
import { loadEngine } from "../../src/engine/load.ts";
import { graphModelFiles } from "../../src/export/graphModel/graphModelFiles.ts";
import { openModel } from "../../src/models.ts";
import { detector } from "../export/untrainedModels.ts";
import { findChromium } from "../findChromium.ts";
import { serveFiles } from "../page/servedFiles.ts";

const root = fileURLToPath(new URL("../../examples/browser", import.meta.url));
const library = fileURLToPath(new URL("../../src/browser/index.ts", import.meta.url));
const executablePath = findChromium();
const native = (await loadEngine()).name === "native";

/** The files of the example's bundle. */
async function bundle(): Promise<Map<string, Uint8Array>> {
  const { output } = (await build({
    ...{ root, base: "./", configFile: false, logLevel: "error" },
    resolve: { alias: { "anchorkit/browser": library } },
    build: { write: false, target: "es2022" },
  })) as Rolldown.RolldownOutput;
  return new Map(output.map((one) => [one.fileName, Buffer.from(one.type === "chunk" ? one.code : one.source)]));
}

describe.skipIf(executablePath === undefined || !native)("examples/browser", { timeout: 120_000 }, () => {
  it("is bundled by Vite, and finds objects in an image", async () => {
    const folder = await mkdtemp(join(tmpdir(), "anchorkit-vite-"));
    const model = await openModel(await detector()(folder), { batch: 1, precision: "float32" });
    const files = await bundle();
    for (const [name, bytes] of Object.entries<Uint8Array>({ ...(await graphModelFiles(model.portable(1))) }))
      files.set(`model/${name}`, bytes);
    model.dispose();
    const noise = { type: "gaussian", mean: 120, sigma: 60 } as const;
    const image = await sharp({ create: { width: 90, height: 70, channels: 3, background: "#a53", noise } })
      .png()
      .toBuffer();
    const served = await serveFiles(files);
    const browser = await chromium.launch({ executablePath: executablePath as string });
    try {
      const page = await browser.newPage();
      const problems: string[] = [];
      page.on("pageerror", (error) => problems.push(error.message));
      await page.goto(served.url);
      const said = (): Promise<string | null> => page.textContent("#found");
      await expect.poll(said, { timeout: 20_000 }).toBe("Finds thing 0, thing 1, thing 2.");
      await page.setInputFiles("#file", { name: "noise.png", mimeType: "image/png", buffer: image });
      await expect.poll(said, { timeout: 20_000 }).toMatch(/^[1-9]\d* found: thing \d [01]\.\d\d/);
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
      await served.close();
      await rm(folder, { recursive: true });
    }
  });
});
