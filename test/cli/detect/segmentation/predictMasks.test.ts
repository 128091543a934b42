import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../../../src/base/random.ts";
import { readLabelPixels } from "../../../../src/data/formats/masks/labelPixels.ts";
import { loadEngine } from "../../../../src/engine/load.ts";
import { decodeMask } from "../../../../src/geometry/masks/encodeMask.ts";
import { rleFromPolygons } from "../../../../src/geometry/masks/polygonMask.ts";
import { rleFromString } from "../../../../src/geometry/masks/rleString.ts";
import { callCommand } from "../../command.ts";
import { saveSegmenter } from "./untrainedSegmenter.ts";

await loadEngine();
const folder = mkdtempSync(join(tmpdir(), "anchorkit-segment-"));
const [photos, several, single, found] = ["photos", "several", "single", "found"].map((name) => join(folder, name)) as [
  ...[string, string, string, string],
];
const [WIDTH, HEIGHT] = [60, 40];

beforeAll(async () => {
  mkdirSync(join(photos, "more"), { recursive: true });
  const random = new Random(5);
  for (const name of ["a.png", "more/a.jpg"]) {
    const pixels = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, () => random.int(256));
    await sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } }).toFile(join(photos, name));
  }
  await saveSegmenter(several, ["sky", "road"], "tiles");
  await saveSegmenter(single, ["cell"], "fit");
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Result {
  image_id: number;
  category_id: number;
  segmentation: { size: [number, number]; counts: string } | number[][];
  area: number;
  score: number;
}

/** Runs predict into an empty folder. */
async function predict(...args: string[]) {
  rmSync(found, { recursive: true, force: true });
  const ended = await callCommand("detect", ["predict", photos, "--out", found, ...args]);
  const results = (): Result[] => JSON.parse(readFileSync(join(found, "predictions.json"), "utf8")) as Result[];
  const labelsOf = async (name: string) =>
    (await readLabelPixels(join(found, "masks", name), { colours: false })).values;
  return { ...ended, results, labelsOf };
}

function pixelsOf({ segmentation }: Result): Uint8Array {
  if (Array.isArray(segmentation)) return decodeMask(rleFromPolygons(segmentation, HEIGHT, WIDTH));
  return decodeMask(rleFromString(segmentation.counts, ...segmentation.size));
}

describe("detect predict with a segmenter", () => {
  it.each(["rle", "polygons"])("writes label maps, masks of classes as %s, and pictures", async (outlines) => {
    const { code, stdout, results, labelsOf } = await predict("--weights", several, "--outlines", outlines);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^2 images, \d+\.\d images\/s/);
    expect(readdirSync(found, { recursive: true }).sort()).toEqual(
      [
        ...[
          ".anchorkit.json",
          "a.png",
          "masks",
          "masks/_classes.csv",
          "masks/a.png",
          "masks/more",
          "masks/more/a.png",
          "more",
        ],
        ...["more/a.jpg", "overview.jpg", "predictions.json"],
      ].sort(),
    );
    expect(readFileSync(join(found, "masks/_classes.csv"), "utf8")).toBe(
      "Pixel Value,Class\n0,background\n1,sky\n2,road\n",
    );
    for (const [id, name] of [
      [1, "a.png"],
      [2, "more/a.png"],
    ] as const) {
      const labels = await labelsOf(name);
      const own = results().filter(({ image_id }) => image_id === id);
      expect(own.length).toBeGreaterThan(0);
      for (const one of own) {
        const mask = pixelsOf(one);
        expect(mask.every((inside, i) => (inside === 1) === (labels[i] === one.category_id))).toBe(true);
        expect(one.area).toBe(mask.reduce((sum, inside) => sum + inside, 0));
        expect(one.score).toBeGreaterThan(1 / 3);
      }
      expect(own.reduce((sum, { area }) => sum + area, 0)).toBe(labels.filter((label) => label !== 0).length);
    }
    expect((await sharp(join(found, "more/a.jpg")).metadata()).width).toBe(WIDTH);
  });

  it("tells single objects apart, and writes panoptic maps", async () => {
    const args = ["--weights", several, "--instances", "--things", "sky", "--no-images", "--json"];
    const { code, stdout, results, labelsOf } = await predict(...args);
    expect(code).toBe(0);
    const { panoptic } = JSON.parse(stdout) as { panoptic: string };
    const { annotations, categories } = JSON.parse(readFileSync(panoptic, "utf8")) as {
      annotations: { image_id: number; file_name: string; segments_info: { id: number; category_id: number }[] }[];
      categories: unknown;
    };
    expect(categories).toEqual([
      { id: 1, name: "sky", isthing: 1 },
      { id: 2, name: "road", isthing: 0 },
    ]);
    const labels = await labelsOf("a.png");
    const [first] = annotations;
    const segments = new Map(first?.segments_info.map((segment) => [segment.id, segment.category_id]));
    const rgb = await sharp(join(found, first?.file_name ?? "")).raw().toBuffer(); // prettier-ignore
    labels.forEach((label, i) => {
      const id = (rgb[3 * i] ?? 0) + 256 * (rgb[3 * i + 1] ?? 0) + 65_536 * (rgb[3 * i + 2] ?? 0);
      if (id === 0) expect(label).not.toBe(2);
      else expect(segments.get(id)).toBe(label);
    });
    const ofFirst = results().filter(({ image_id }) => image_id === 1);
    const things = [...segments.values()].filter((category) => category === 1).length;
    expect(things).toBe(ofFirst.filter(({ category_id }) => category_id === 1).length);
    expect([...segments.values()].filter((category) => category === 2).length).toBeLessThan(2);
  });

  it("takes a threshold of its own where there is one class", async () => {
    const all = await predict("--weights", single, "--thresholds", "0", "--no-images");
    expect(all.code).toBe(0);
    expect((await all.labelsOf("a.png")).every((label) => label === 1)).toBe(true);
    const none = await predict("--weights", single, "--thresholds", "1", "--no-images");
    expect(none.results()).toEqual([]);
  });

  it.each([
    ["--thresholds is for one class", several, "--thresholds", "0.5"],
    ["--score is about single objects: it goes with --instances", several, "--score", "0.5"],
    ["--things is about single objects: it goes with --instances", several, "--things", "sky"],
    ['--things: there is no class "skys" (did you mean "sky"?)', several, "--instances", "--things", "skys"],
    ["no thresholds", single, "--thresholds", "val"],
  ])("refuses in a line: %s", async (message, weights, ...args) => {
    const { code, stdout, stderr } = await predict("--weights", weights, ...args);
    expect(stderr).toMatch(/^error: .*\n$/);
    if (message !== "no thresholds") expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: message === "no thresholds" ? 1 : 2, stdout: "" });
    expect(existsSync(join(found, "predictions.json"))).toBe(false);
  });

  it("is told from explaining, which is for the other kinds", async () => {
    const { code, stderr } = await callCommand("detect", ["explain", photos, "--weights", single, "--out", found]);
    expect(code).toBe(2);
    expect(stderr).toContain("says of each pixel what it is: detect predict draws that");
  });
});
