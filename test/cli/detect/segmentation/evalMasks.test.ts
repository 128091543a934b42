import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callCommand } from "../../command.ts";

const folder = mkdtempSync(join(tmpdir(), "anchorkit-eval-masks-"));
const at = (...parts: string[]): string => join(folder, ...parts);
const evaluate = (...args: string[]) => callCommand("detect", ["eval", ...args]);

async function mask(file: string, width: number, values: number[]): Promise<void> {
  const raw = { width, height: values.length / width, channels: 1 } as const;
  await sharp(Uint8Array.from(values), { raw }).toColourspace("b-w").png().toFile(file);
}

beforeAll(async () => {
  for (const name of ["truth", "found", "short"]) mkdirSync(at(name));
  await mask(at("truth", "1.png"), 4, [0, 1, 1, 255, 0, 2, 2, 0]);
  await mask(at("truth", "2.png"), 2, [0, 2]);
  await mask(at("found", "1.png"), 4, [0, 1, 1, 1, 0, 2, 1, 0]);
  await mask(at("found", "2.png"), 2, [0, 2]);
  await mask(at("short", "1.png"), 4, [0, 1, 1, 1, 0, 2, 1, 0]);
  const images = [1, 2].map((id) => ({
    id,
    file_name: `${id}.jpg`,
    width: 4,
    height: 2,
    split: id === 1 ? "val" : "test",
  }));
  const square = [1, 0, 3, 0, 3, 2, 1, 2];
  const annotations = [
    { id: 1, image_id: 1, category_id: 1, bbox: [1, 0, 2, 2], segmentation: [square], area: 4, iscrowd: 0 },
  ];
  writeFileSync(
    at("labels.json"),
    JSON.stringify({
      images,
      annotations,
      categories: [
        { id: 1, name: "cat" },
        { id: 2, name: "dog" },
      ],
    }),
  );
  for (const { file_name } of images) {
    await sharp({ create: { width: 4, height: 2, channels: 3, background: "#456" } })
      .jpeg()
      .toFile(at(file_name));
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test("two folders of masks are compared, without a model", async () => {
  const args = ["--truth", at("truth"), "--predictions", at("found"), "--classes", "cat,dog"];
  const { code, stdout } = await evaluate(...args);
  expect(code).toBe(0);
  expect(stdout).toContain("cat                 0.222  0.667  0.800     1.000      0.667");
  expect(stdout).toContain("dog              0.000  0.333  0.667\n");
  const json = JSON.parse((await evaluate(...args, "--json")).stdout) as { pixel_accuracy: number };
  expect(json.pixel_accuracy).toBe(8 / 9); // the pixel of 255 does not count
  expect((await evaluate(...args, "--fail-under", "iou:dog=.9")).code).toBe(1);
  expect((await evaluate(...args, "--ignore-label", "2")).stdout).toContain("dog                 0.000");
});

test("--report shows the images of --images, if they are given", async () => {
  const args = ["--truth", at("truth"), "--predictions", at("found"), "--report", at("report.html")];
  expect((await evaluate(...args)).stderr).toContain(`report: ${at("report.html")}\n`);
  expect(readFileSync(at("report.html"), "utf8")).toContain("The images were not given");
  mkdirSync(at("photos"));
  const photo = sharp({ create: { width: 4, height: 2, channels: 3, background: "#456" } }).jpeg();
  await photo.toFile(at("photos", "1.jpg"));
  const missing = await evaluate(...args, "--images", at("photos"));
  expect(missing.stderr).toMatch(/error: \S+photos: has no image of \S+2\.png; add it, or give no images\n/);
  await photo.toFile(at("photos", "2.JPG"));
  await evaluate(...args, "--images", at("photos"));
  const html = readFileSync(at("report.html"), "utf8");
  expect(html).not.toContain("The images were not given");
  expect(html).toContain("class 2");
  expect(html.match(/--photo:url\(data:image\/webp/g)).toHaveLength(2);
});

test("labels of any form are compared with a folder of masks; a split is a part of them", async () => {
  const { code, stdout, stderr } = await evaluate(
    "--truth",
    at("labels.json"),
    "--predictions",
    at("short"),
    "--split",
    "val",
  );
  expect(stderr).toContain("1 image");
  expect(code).toBe(0);
  expect(stdout).toContain("cat                 0.500  0.600");
  const all = await evaluate("--truth", at("labels.json"), "--predictions", at("short"));
  expect(all.code).toBe(1);
  expect(all.stderr).toMatch(/error: \S+short: has no mask of \S+2\.jpg; predict all images/);
});

test.each([
  [["--map"], "--map is for detectors, and --predictions is a folder of masks: leave it out"],
  [["--rules", "voc"], "--rules is for detectors, and --predictions is a folder"],
  [["--instances"], "--instances is for models that segment, and --predictions is a folder"],
  [["--split", "val"], "--split is for a data set at --truth"],
  [["--classes", "cat,,dog"], "Names are separated by commas"],
  [["--fail-under", "AP=.5"], "--fail-under AP: is not measured here; there are mean_iou"],
])("%j is refused", async (args, words) => {
  const { code, stderr } = await evaluate("--truth", at("truth"), "--predictions", at("found"), ...args);
  expect(code).toBe(2);
  expect(stderr).toContain(words);
});

test("--classes is for masks, and files of detections have names", async () => {
  writeFileSync(at("none.json"), "[]");
  const { code, stderr } = await evaluate(
    "--truth",
    at("labels.json"),
    "--predictions",
    at("none.json"),
    "--classes",
    "cat",
  );
  expect(code).toBe(2);
  expect(stderr).toContain(
    "--classes is for folders of masks at --truth and --predictions, and these are files: leave it out",
  );
});
