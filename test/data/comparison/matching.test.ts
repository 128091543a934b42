import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type CocoResults, readCocoResults, type ResultOptions } from "../../../src/data/formats/coco/cocoResults.ts";
import { evaluateCoco } from "../../../src/metrics/index.ts";
import { folderOf } from "../helpers.ts";

const NAMES = ["cat", "dog", "emu"];
const IMAGES = Array.from({ length: 12 }, (_, i) => i);

/** The box of the object in image i, which is of class i % 3. */
const boxOf = (i: number): number[] => [3 + 7 * i, 5 + 4 * i, 20 + i, 31 - i];

/** Labels or, with scores, predictions, as another numbering has them. */
function cocoOf({ category, image, file = (i) => `${i}.jpg`, names = NAMES, score }: Numbering): Coco {
  return {
    images: IMAGES.map((i) => ({ id: image(i), file_name: file(i), width: 200, height: 100 })),
    annotations: IMAGES.map((i) => {
      const record = { image_id: image(i), category_id: category(i % 3), bbox: boxOf(i) };
      return score === undefined ? record : { ...record, score };
    }),
    categories: names.map((name, k) => ({ id: category(k), name })),
  };
}

interface Numbering {
  category: (k: number) => number;
  image: (i: number) => number;
  file?: (i: number) => string;
  names?: readonly string[];
  score?: number;
}

interface Coco {
  images: { id: number; file_name: string }[];
  annotations: Record<string, unknown>[];
  categories: { id: number; name: string }[];
}

const truth = cocoOf({ category: (k) => k + 1, image: (i) => i + 1 });
const same: Numbering = { category: (k) => k + 1, image: (i) => i + 1, score: 0.9 };

async function read(results: unknown, options: ResultOptions = {}, labels: object = truth): Promise<CocoResults> {
  const text = typeof results === "string" ? results : JSON.stringify(results);
  const folder = await folderOf({ "truth.json": JSON.stringify(labels), "found.json": text });
  return readCocoResults(join(folder, "truth.json"), join(folder, "found.json"), options);
}

async function ap(results: unknown, options?: ResultOptions, labels?: object): Promise<[AP: number, said: string[]]> {
  const { images, classes, warnings } = await read(results, options, labels);
  const said = warnings.map((line) => line.replaceAll(/\S*\/(truth|found)\.json/g, "$1.json"));
  return [evaluateCoco(images, classes).AP, said];
}

const refusal = (results: unknown, options?: ResultOptions, labels?: object): Promise<string> =>
  read(results, options, labels).then(
    () => "nothing was refused",
    (error: unknown) => String(error),
  );

const OTHER_CATEGORIES =
  'found.json numbers its categories otherwise than truth.json; matched by name (first: category_id 3 is "cat")';
const OTHER_IMAGES =
  'found.json numbers its images otherwise than truth.json; matched by file name (first: image_id 12 is "0.jpg")';
const reversed: Numbering = { category: (k) => 3 - k, image: (i) => 12 - i, score: 0.9 };

describe("Predictions that carry their own images and categories", () => {
  test("change nothing where these agree with the truth", async () => {
    expect(await ap(cocoOf(same))).toEqual([1, []]);
    const { categories, images, annotations } = cocoOf(same);
    expect(await ap({ annotations, images: images.slice(0, 2), categories: categories.slice(0, 1) })).toEqual([1, []]);
    expect(await ap({ annotations, images: [], categories: [{ id: 1 }, { name: "cat" }, 7] })).toEqual([1, []]);
  });

  test("are matched by names where they contradict the truth, wherever the lists stand, with a warning", async () => {
    const { images, annotations, categories } = cocoOf(reversed);
    for (const file of [
      { images, categories, annotations },
      { annotations, categories, images },
    ]) {
      expect(await ap(file)).toEqual([1, [OTHER_IMAGES, OTHER_CATEGORIES]]);
    }
    expect(await ap({ images, annotations, categories }, { match: "id" })).toEqual([0, []]);
  });

  test("are matched by names where their ids are all unknown", async () => {
    const [AP, said] = await ap(cocoOf({ category: (k) => 70 + k, image: (i) => 500 + i, score: 0.9 }));
    expect([AP, said.length]).toEqual([1, 2]);
  });

  test("may write names in another case, Unicode form, folder or image type", async () => {
    const labels = cocoOf({ ...same, file: (i) => `Val/Straße\u0301-${i}.JPG`, names: ["K\u00e4fer", "dog", "emu"] });
    for (const annotation of labels.annotations) delete annotation.score;
    const file = (i: number): string => `/data/x/val/straße\u0301-${i}.png`.normalize("NFD");
    const found = cocoOf({ ...reversed, file, names: ["ka\u0308fer ", "DOG", "Emu"] });
    const [AP, said] = await ap(found, {}, labels);
    expect([AP, said.length]).toEqual([1, 2]);
  });

  test("name each image of the same name by its folder", async () => {
    const file = (i: number): string => `${i % 2 === 0 ? "train" : "val"}/${Math.floor(i / 2)}.jpg`;
    const labels = cocoOf({ ...same, file });
    for (const annotation of labels.annotations) delete annotation.score;
    expect(await ap(cocoOf({ ...reversed, file }), {}, labels)).toEqual([1, [expect.anything(), OTHER_CATEGORIES]]);
    const bare = (i: number): string => file(i).replace(/^.*\//, "");
    expect(await ap(cocoOf({ ...same, file: bare }), {}, labels)).toEqual([1, []]); // the ids tell which
    expect(await refusal(cocoOf({ ...same, image: (i) => 50 + i, file: bare }), {}, labels)).toMatch(
      /annotations\[0\]: the image name "0\.jpg" fits 2 images of .*: "train\/0\.jpg", "val\/0\.jpg"$/,
    );
  });

  test("do not give two of their images to one of the truth", async () => {
    const labels = cocoOf({ ...same, file: (i) => `val/${i}.jpg` });
    for (const annotation of labels.annotations) delete annotation.score;
    const file = (i: number): string => (i === 5 ? "test/4.jpg" : `val/${i}.jpg`);
    expect(await refusal(cocoOf({ ...reversed, file }), {}, labels)).toMatch(
      /annotations\[5\]: the images "val\/4\.jpg" and "test\/4\.jpg" would both be "val\/4\.jpg" of .*--match id/,
    );
  });

  test("have classes and images named that the truth does not know", async () => {
    const [AP, said] = await ap(cocoOf({ ...same, names: ["cat", "fox", "emu"] }));
    expect(AP).toBeCloseTo(2 / 3);
    expect(said).toEqual([
      'results left out, as truth.json has no category "fox": 4 (first: found.json: annotations[1]); it has "cat", "dog", "emu": the ids fit, pass --match id to go by them alone',
    ]);
    const renamed = cocoOf({ ...same, file: (i) => (i === 7 ? "seven.jpg" : `${i}.jpg`) });
    expect(await refusal(renamed)).toMatch(
      /annotations\[7\]: the image "seven\.jpg" \(image_id 8\) is not in .*truth\.json: 11 of 12 image names looked at are: is it a part/,
    );
    const foreign = cocoOf({ ...same, file: (i) => `other-${i}.jpg` });
    expect(await refusal(foreign)).toMatch(
      /the image "other-0\.jpg" \(image_id 1\) is not in .*which calls its images "0\.jpg", "1\.jpg", …: the ids fit, pass --match id/,
    );
    expect((await ap(foreign, { match: "id" }))[0]).toBe(1);
  });

  test("are not told to go by ids that do not fit", async () => {
    const permuted = cocoOf({ ...same, image: (i) => ((i + 5) % 12) + 1, file: (i) => `other-${i}.jpg` });
    expect(await refusal(permuted)).toMatch(/: is it of another data set\?$/);
    const { warnings } = await read(cocoOf({ ...reversed, names: ["fox", "dog", "gnu"] }));
    expect(warnings.join("\n")).toContain('no category "fox", "gnu": 8');
    expect(warnings.join("\n")).not.toContain("--match id");
  });

  test("count nothing for an id that they do not name where they number otherwise", async () => {
    const { categories, ...rest } = cocoOf({ ...same, category: (k) => 3 - k });
    const [AP, said] = await ap({ ...rest, categories: categories.slice(0, 1) });
    expect(AP).toBeCloseTo(1 / 3);
    expect(said[1]).toMatch(/as their file numbers categories otherwise, and does not name 2, 1: 8 \(first: .*\)/);
    expect(said[1]).not.toContain("--match id");
  });

  test("that give an id two names are refused", async () => {
    const found = cocoOf(same);
    found.categories.push({ id: 2, name: "emu" });
    expect(await refusal(found)).toMatch(/found\.json: categories\[3\]: the id 2 is there twice, as "dog" and "emu"$/);
  });
});

describe("Results that carry names each", () => {
  const named = (numbering: Numbering, field = "category_name"): Record<string, unknown>[] =>
    cocoOf(numbering).annotations.map((one, i) => ({ ...one, file_name: `${i}.jpg`, [field]: NAMES[i % 3] }));

  test.each(["category_name", "category"])("are matched by them, %s", async (field) => {
    expect(await ap(named(same, field))).toEqual([1, []]);
    expect(await ap(named(reversed, field))).toEqual([1, [OTHER_IMAGES, OTHER_CATEGORIES]]);
    const lines = named(reversed, field).map((one) => JSON.stringify(one)).join("\n"); // prettier-ignore
    expect(await ap(lines)).toEqual([1, [OTHER_IMAGES, OTHER_CATEGORIES]]);
  });

  test("need no ids beside them", async () => {
    const bare = named(same).map(({ image_id: _, category_id: __, ...one }) => one);
    expect(await ap(bare)).toEqual([1, []]);
  });

  test("are found by ids where the truth has no file names", async () => {
    const nameless = { ...truth, images: truth.images.map(({ file_name: _, ...image }) => image) };
    expect(await ap(named(same), {}, nameless)).toEqual([1, []]);
  });
});

describe("Hints are given for what helps alone", () => {
  const counted = (changes: Partial<Numbering>) => cocoOf({ ...same, ...changes }).annotations;

  test("images that are counted from 0", async () => {
    expect(await refusal(counted({ image: (i) => i }))).toMatch(/record 0: image_id 0 .*add 1 to each image_id$/);
    const shuffled = await refusal(counted({ image: (i) => (5 * i + 1) % 12 }));
    expect(shuffled).toMatch(/image_id 0 is not in .*truth\.json: 11 of 12 image_ids looked at are/);
    expect(shuffled).not.toContain("add 1");
  });

  test("categories that are counted from 0", async () => {
    const [AP, said] = await ap(counted({ category: (k) => k }));
    expect(AP).toBeLessThan(0.1);
    expect(said.join("\n")).toMatch(/seem to count categories from 0, the truth counts from 1$/m);
    const swapped = (await ap(counted({ category: (k) => 2 - k })))[1].join("\n");
    expect(swapped).toMatch(/has no category_id 0: 4 \(first: .*\)$/m);
  });
});
