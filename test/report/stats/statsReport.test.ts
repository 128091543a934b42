import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import type { Dataset, ImageRecord, SplitName } from "../../../src/data/dataset.ts";
import { datasetStats } from "../../../src/data/stats/datasetStats.ts";
import { adviseAnchors } from "../../../src/detection/boxes/adviseAnchors.ts";
import { anchorWords, inputSizeWords, observations } from "../../../src/report/stats/advice.ts";
import { aspectName, countName, sizeName } from "../../../src/report/stats/binNames.ts";
import { statsReport } from "../../../src/report/stats/statsReport.ts";

const SPLITS: SplitName[] = ["train", "val", "test"];

function dataset(classes: string[], count = 30): Dataset {
  const random = new Random(5);
  const images = Array.from({ length: count }, (_, i): ImageRecord => {
    const objects = Array.from({ length: 1 + (i % 4) }, (_, k): ImageRecord["objects"][number] => {
      const [x, y] = [random.uniform(0, 400), random.uniform(0, 300)];
      const box: [number, number, number, number] = [x, y, x + random.uniform(10, 200), y + random.uniform(10, 150)];
      return { box, class: k % classes.length };
    });
    const split = SPLITS[i % 3] ?? "train";
    return { id: i + 1, file: `/${i}.jpg`, width: 640, height: 480, split, objects };
  });
  return { classes, images };
}

function inputOf(data: Dataset) {
  return {
    title: "photos",
    stats: datasetStats(data),
    anchors: adviseAnchors(data.images, 320, new Random(1)),
    warnings: [],
  };
}

describe("statsReport", () => {
  it("is one page without script or address, that says all in words as well", async () => {
    const html = await statsReport({ ...inputOf(dataset(["cat", "dog"])), warnings: ["a box was left out"] });
    expect(html).toContain("<h1>30 images with 73 objects of 2 classes</h1>");
    expect(html.match(/<figure/g)).toHaveLength(9);
    expect(html.match(/aria-label="[^"]{20,}"/g)?.length).toBeGreaterThanOrEqual(9);
    expect(html).toContain("a box was left out");
    expect(html).not.toMatch(/<script|<img|NaN|undefined|#a1b2/);
    expect(html.match(/https?:\/\/[^"]+/g)?.filter((url) => !url.startsWith("http://www.w3.org/"))).toEqual([]);
    expect(html.length).toBeLessThan(500_000);
  });

  it("shows names of classes as they are, whatever is in them, in plots and tables", async () => {
    const html = await statsReport(inputOf(dataset(["</style><script>alert(1)</script>", "'\"&\\${x}", "人 🐟"])));
    expect(html).not.toContain("<script");
    expect(html).toContain("人 🐟");
    expect(html).toContain("&lt;/style>&lt;script>alert(1)&lt;/script>");
  });

  it("is the same for the same data", async () => {
    const data = dataset(["cat", "dog"]);
    // Vega numbers the clip paths of a process.
    const report = async () => (await statsReport(inputOf(data))).replaceAll(/clip\d+/g, "clip");
    const same = (await report()) === (await report()); // compared here: a difference would print both
    expect(same).toBe(true);
  });
});

describe("advice", () => {
  const under = { size: 640, under8: 0.04, under16: 0.2 };

  it("gives the reason for an input size: the usual one is enough, or not, or nothing is", () => {
    const at320 = { size: 320, under8: 0, under16: 0.1 };
    expect(inputSizeWords({ recommended: at320, smallest: 160, original: 640, sizes: [at320] })).toBe(
      "Input size: 320, the usual one. With it, 100% of the objects have at least 8 pixels on their shorter side " +
        "(their images are 640 pixels on the longer side); at 160 95% already do, so a smaller input is enough when time is short.",
    );
    const less = { size: 320, under8: 0.3, under16: 0.5 };
    expect(inputSizeWords({ recommended: under, smallest: 640, original: 500, sizes: [less, under] })).toMatch(
      /^Input size: 640, the smallest at which 95% do: 96% .*; at 320 it is 70%\. That is larger than the images/,
    );
    const most = { size: 2048, under8: 0.6, under16: 1 };
    expect(inputSizeWords({ recommended: most, smallest: 8000, original: 4000, sizes: [most] })).toBe(
      "Input size: 2048. Even with that, only 40% of the objects have at least 8 pixels on their shorter side " +
        "(their images are 4,000 pixels on the longer side); 8,000 would keep 95%.",
    );
  });

  it("says how well anchors fit, and what more would bring", () => {
    const usual = { count: 9, meanIou: 0.3, over50: 0.2 };
    const fits = [usual, { count: 12, meanIou: 0.309, over50: 0.2 }];
    const advice = { size: 320, shapes: [[10, 20.4] as [number, number]], fit: usual, fits, usual };
    expect(anchorWords({ ...advice, widthsHeights: new Float64Array() })).toBe(
      "Anchors: 9 shapes, --anchors 10x20 (pixels at input size 320). The mean best IoU of an object with them is 0.30, and " +
        "20% of the objects have one of at least 0.5; 12 shapes would reach 0.31. With the 9 of the Faster R-CNN paper " +
        "it is 0.30. Unless told, detect train finds five squares of its own.",
    );
  });

  it("notices rare classes, images without objects, what is left out, and objects in the middle", () => {
    const middle = (k: number): ImageRecord["objects"][number] => ({ box: [45, 45, 55, 55], class: k });
    const record = (id: number, objects: ImageRecord["objects"]): ImageRecord => {
      return { id, file: `/${id}.jpg`, width: 100, height: 100, objects };
    };
    const images = [
      record(1, [0, 0, 0, 0, 0, 1].map(middle)),
      record(2, [{ ...middle(0), difficult: true }]),
      record(3, []),
    ];
    expect(observations(datasetStats({ classes: ["cat", "dog", "cow"], images }))).toEqual([
      "“cat” has 6 objects, “dog” 1: 6 times fewer.",
      "1 class has no objects.",
      "1 image without objects (33%).",
      "1 difficult object: counted, but left out of sizes, positions and advice.",
      expect.stringMatching(/^100% of the objects are in the middle of their image/),
    ]);
  });
});

describe("names of bins", () => {
  it("say what is in them", () => {
    expect(
      [
        { from: 3, to: 4 },
        { from: 5, to: 10 },
        { from: 200, to: Infinity },
      ].map(named(countName)),
    ).toEqual(["3", "5–9", "200+"]);
    expect(
      [
        { from: 16, to: 32 },
        { from: 1024, to: Infinity },
      ].map(named(sizeName)),
    ).toEqual(["16–32", "1024+"]);
    const aspects = [
      { from: 0, to: 1 / 4 },
      { from: 1 / 2, to: 2 / 3 },
      { from: 4 / 5, to: 5 / 4 },
      { from: 5 / 4, to: 3 / 2 },
      { from: 4, to: Infinity },
    ];
    expect(aspects.map(named(aspectName))).toEqual([
      "under 1:4",
      "1:2 to 2:3",
      "about square",
      "5:4 to 3:2",
      "over 4:1",
    ]);
  });

  function named(name: (bin: { from: number; to: number; count: number }) => string) {
    return (bin: { from: number; to: number }) => name({ ...bin, count: 1 });
  }
});
