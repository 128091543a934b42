import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readCocoResults } from "../../../../src/data/formats/coco/cocoResults.ts";
import { writeCocoResults } from "../../../../src/data/formats/coco/writeCocoResults.ts";
import { folderOf } from "../../helpers.ts";

const truth = {
  images: [{ id: 3, file_name: "three.jpg" }],
  categories: [
    { id: 2, name: "cat" },
    { id: 9, name: "dog" },
  ],
  annotations: [],
};

function detectionsOf(boxes: number[], scores: number[], classes: number[]) {
  return { boxes: Float32Array.from(boxes), scores: Float32Array.from(scores), classes: Int32Array.from(classes) };
}

test("written results are COCO's, with the file's name, and are read back", async () => {
  const folder = await folderOf({ "truth.json": JSON.stringify(truth) });
  const file = join(folder, "written.json");
  const detections = detectionsOf([1.5, 2, 4, 6.25, 0.1, 0, 3, 3.00049], [0.9, 0.25], [1, 0]);
  await writeCocoResults(file, [{ id: 3, fileName: "three.jpg", detections }], [2, 9]);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual([
    { image_id: 3, category_id: 9, bbox: [1.5, 2, 2.5, 4.25], score: 0.9, file_name: "three.jpg" },
    { image_id: 3, category_id: 2, bbox: [0.1, 0, 2.9, 3], score: 0.25, file_name: "three.jpg" },
  ]);
  const { images } = await readCocoResults(join(folder, "truth.json"), file);
  expect(images[0]?.detections).toMatchObject({
    boxes: Float64Array.of(1.5, 2, 4, 6.25, 0.1, 0, 3, 3),
    classes: Int32Array.of(1, 0),
  });
});

test("classes are named where their names are given, and each needs an id", async () => {
  const file = join(await folderOf({}), "written.json");
  const found = [{ id: 3, fileName: "three.jpg", detections: detectionsOf([1, 2, 4, 6], [0.5], [1]) }];
  await writeCocoResults(file, found, [90, 0], ["cat", "dog"]);
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject([{ category_id: 0, category_name: "dog" }]);
  await expect(writeCocoResults(file, found, [90])).rejects.toThrow("three.jpg: the class 1 has no category id");
});

test("scores keep every digit of a float32", async () => {
  const file = join(await folderOf({}), "written.json");
  const float = fc.float({ min: 0, max: 1, noNaN: true });
  await fc.assert(
    fc.asyncProperty(fc.array(float, { minLength: 1 }), async (scores) => {
      const zeros = scores.map(() => 0);
      const detections = detectionsOf(
        scores.flatMap(() => [0, 0, 1, 1]),
        scores,
        zeros,
      );
      await writeCocoResults(file, [{ id: 3, fileName: "three.jpg", detections }], [2]);
      const written = JSON.parse(readFileSync(file, "utf8")) as { score: number }[];
      expect(written.map(({ score }) => Math.fround(score))).toEqual([...detections.scores].sort((a, b) => b - a));
    }),
    { numRuns: 30 },
  );
});

test("no detections are an empty list", async () => {
  const file = join(await folderOf({}), "written.json");
  writeFileSync(file, "something else");
  await writeCocoResults(file, [], []);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual([]);
});
