import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { readCocoResults, writeCocoResults } from "../../../src/data/formats/cocoResults.ts";
import { evaluateCoco } from "../../../src/metrics/detection/coco.ts";

const folder = mkdtempSync(join(tmpdir(), "anchorkit-results-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const truth = {
  images: [
    { id: 20, file_name: "20.jpg" },
    { id: 3, file_name: "three.jpg" },
  ],
  categories: [
    { id: 9, name: "dog" },
    { id: 2, name: "cat" },
  ],
  annotations: [
    { image_id: 3, category_id: 9, bbox: [1, 2, 10, 20], iscrowd: 1, area: 150 },
    { image_id: 3, category_id: 2, bbox: [0.1, 0, 0.2, 1], difficult: true },
  ],
};
const results = [{ image_id: 20, category_id: 2, bbox: [5, 6, 7, 8], score: 0.75 }];

function read(truthContent: unknown, resultsContent: unknown): ReturnType<typeof readCocoResults> {
  const files = [join(folder, "truth.json"), join(folder, "results.json")] as const;
  writeFileSync(files[0], JSON.stringify(truthContent));
  writeFileSync(files[1], JSON.stringify(resultsContent));
  return readCocoResults(...files);
}

test("images and categories come in the order of their ids, boxes as corners, areas as they stand", async () => {
  expect(await read(truth, results)).toEqual({
    classes: ["cat", "dog"],
    images: [
      {
        truth: {
          boxes: [1, 2, 11, 22, 0.1, 0, 0.1 + 0.2, 1],
          boxAreas: [200, 0.2],
          classes: [1, 0],
          crowd: [true, false],
          ignore: [false, true],
          areas: [150, 0.2],
        },
        detections: { boxes: [], boxAreas: [], classes: [], scores: [] },
      },
      {
        truth: { boxes: [], boxAreas: [], classes: [], crowd: [], ignore: [], areas: [] },
        detections: { boxes: [5, 6, 12, 14], boxAreas: [56], classes: [0], scores: [0.75] },
      },
    ],
    warnings: [],
  });
});

test("results of an unknown category are left out with one counted warning", async () => {
  const strange = { image_id: 3, category_id: 77, bbox: [0, 0, 1, 1], score: 1 };
  const { warnings, images } = await read(truth, [strange, ...results, strange]);
  expect(warnings).toEqual([
    expect.stringMatching(/^results left out, as .*truth.json has no category_id 77: 2 \(first: .*result 0\)$/),
  ]);
  expect(images.map(({ detections }) => detections.scores)).toEqual([[], [0.75]]);
});

test.each([
  [truth, [{ ...results[0], image_id: 4 }], /results.json: result 0: image_id 4 is not in .*truth.json/],
  [truth, [{ ...results[0], score: "high" }], /result 0: score: Invalid input: expected number, received string/],
  [truth, [{ ...results[0], bbox: [1, 2, 3] }], /result 0: bbox: .*expected array to have >=4 items/],
  [truth, [{ ...results[0], bbox: [1, 2, -3, 4] }], /result 0: bbox: 2: Too small: expected number to be >=0/],
  [truth, { detections: [] }, /results.json: COCO results are a list of/],
  [{ ...truth, categories: undefined }, results, /truth.json: categories: /],
  [{ ...truth, annotations: [{ ...truth.annotations[0], image_id: 8 }] }, results, /no image has the id 8/],
])("what is wrong is named: case %#", async (truthContent, resultsContent, message) => {
  await expect(read(truthContent, resultsContent)).rejects.toThrow(message);
});

test("a file that is not there or is no JSON is named", async () => {
  await expect(readCocoResults(join(folder, "no.json"), "")).rejects.toThrow(/no.json: no such file/);
  const broken = join(folder, "broken.json");
  writeFileSync(broken, "{");
  await expect(readCocoResults(broken, broken)).rejects.toThrow(/broken.json: is not valid JSON/);
});

test("written results are read back", async () => {
  const file = join(folder, "written.json");
  const detections = {
    boxes: Float32Array.of(1.5, 2, 4, 6.25, 0, 0, 3, 3),
    scores: Float32Array.of(0.9, 0.25),
    classes: Int32Array.of(1, 0),
  };
  await writeCocoResults(file, [{ imageId: 3, fileName: "three.jpg", detections }], [2, 9]);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual([
    { image_id: 3, category_id: 9, bbox: [1.5, 2, 2.5, 4.25], score: 0.9, file_name: "three.jpg" },
    { image_id: 3, category_id: 2, bbox: [0, 0, 3, 3], score: 0.25, file_name: "three.jpg" },
  ]);
  writeFileSync(join(folder, "truth.json"), JSON.stringify(truth));
  const { images } = await readCocoResults(join(folder, "truth.json"), file);
  expect(images[0]?.detections).toMatchObject({ boxes: [1.5, 2, 4, 6.25, 0, 0, 3, 3], classes: [1, 0] });
  await writeCocoResults(file, [], []);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual([]);
});

const sample = fileURLToPath(new URL("../../../../shared/data/eval/coco100/", import.meta.url));
test.skipIf(!existsSync(sample))("COCO's own example gives pycocotools' numbers", async () => {
  const { images, classes } = await readCocoResults(
    join(sample, "instances_val2014_100.json"),
    join(sample, "instances_val2014_fakebbox100_results.json"),
  );
  const { perClass, ...summary } = evaluateCoco(images, classes);
  const expected = JSON.parse(readFileSync(join(sample, "expected.json"), "utf8")) as { bbox: Record<string, number> };
  expect(perClass).toHaveLength(classes.length);
  for (const [key, value] of Object.entries(expected.bbox)) {
    expect(summary[key as keyof typeof summary]).toBeCloseTo(value, 12);
  }
});
