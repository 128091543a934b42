import { readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { readDataset } from "../../../src/data/readDataset.ts";
import { folderOf } from "../../data/helpers.ts";
import { callCommand } from "../command.ts";

/** Four pictures and their list; the same picture stands under two classes. */
async function list(text: string) {
  const [one, other] = await Promise.all(
    ["#f00", "#0f0"].map((background) =>
      sharp({ create: { width: 40, height: 30, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  const [a, b] = [one ?? Buffer.alloc(0), other ?? Buffer.alloc(0)];
  const photos = { "p/a.png": a, "p/b.png": a, "p/c.png": b, "p/d.png": b };
  return folderOf({ ...photos, "labels.csv": text });
}

const SINGLE = "file,label,split\na,cat,train\nb,dog,train\nc,cat,test\nd,,test\n";

test("label stats counts images of each class in each split, in tables, JSON and the page", async () => {
  const folder = await list(SINGLE);
  const { stdout } = await callCommand("label", ["stats", folder, "--format", "markdown"]);
  expect(stdout).toContain("4 images with 3 labels of 2 classes");
  const cells = stdout.split("\n").map((line) => line.split("|").map((cell) => cell.trim()).slice(1, -1).join(" ")); // prettier-ignore
  expect(cells).toEqual(
    expect.arrayContaining([
      "split images without a label labels labels per image",
      ...["train 2 0 2 1.00", "test 2 1 1 0.50", "all 4 1 3 0.75"],
      ...["class images % of images train test", "cat 2 50.0 1 1", "dog 1 25.0 1 0"],
    ]),
  );
  expect(stdout).toContain("1 image without a label (25%).");
  expect(stdout).not.toMatch(/object|NaN/);
  const json = await callCommand("label", ["stats", folder, "--json", "--report", join(folder, "stats.html")]);
  const { parts, classes } = JSON.parse(json.stdout) as Record<"parts" | "classes", object[]>;
  expect(parts.at(-1)).toMatchObject({ part: "all", images: 4, objects: 0, labelled: 3, labels: 3 });
  expect(classes[0]).toMatchObject({ name: "cat", labels: 2, labelsBySplit: { train: 1, val: 0, test: 1, none: 0 } });
  const page = readFileSync(join(folder, "stats.html"), "utf8");
  expect(page).toContain("Images by class: cat 2, dog 1.");
  expect(page.replaceAll("graphics-object", "")).not.toMatch(/objects?\b|NaN|occur together/);
});

test("label lint names images without a label, copies under two classes, and classes with few images", async () => {
  const { code, stdout } = await callCommand("label", ["lint", await list(SINGLE), "--json"]);
  const { findings } = JSON.parse(stdout) as { findings: { rule: string; count: number }[] };
  const counts = Object.fromEntries(findings.map(({ rule, count }) => [rule, count]));
  expect(counts).toMatchObject({ "no-label": 1, "two-labels": 1, "rare-class": 2, "same-image": 2 });
  expect(counts).not.toHaveProperty("no-objects");
  expect(code).toBe(0);
});

test("labels stay through label import, export to folders and to a list, and label split", async () => {
  const folder = await list("file,labels,split\na,cat|dog,train\nb,dog,train\nc,cat,test\nd,[],test\n");
  const run = async (...args: string[]) => {
    const { code, stderr } = await callCommand("label", args);
    expect([args[0], code, stderr.includes("Error")]).toEqual([args[0], 0, false]);
  };
  const said = async (path: string) => {
    const { dataset } = await readDataset(path);
    return dataset.images.map(({ split, labels }) => [split, labels?.map((label) => dataset.classes[label])]);
  };
  const expected = [["train", ["cat", "dog"]], ["train", ["dog"]], ["test", ["cat"]], ["test", []]]; // prettier-ignore
  expect(await said(folder)).toEqual(expected);
  await run("import", folder, "--out", join(folder, "out/coco"));
  expect(await said(join(folder, "out/coco"))).toEqual(expected);
  await run("export", join(folder, "out/coco"), "--to", "imagelabels", "--out", join(folder, "out/list"));
  expect(await said(join(folder, "out/list"))).toEqual(expected);
  await run("export", join(folder, "out/coco"), "--to", "folders", "--out", join(folder, "out/folders"));
  expect(await said(join(folder, "out/folders"))).toEqual([["test", ["cat"]], ["train", ["cat"]], ["train", ["dog"]]]); // prettier-ignore
  await run("split", join(folder, "out/coco"), "--out", join(folder, "out/split"), "--no-near-duplicates", "--test", "0.25", "--val", "0", "--train", "0.75"); // prettier-ignore
  expect((await said(join(folder, "out/split"))).map(([, labels]) => labels)).toEqual(expected.map(([, labels]) => labels)); // prettier-ignore
  await run("view", join(folder, "out/coco"), "--out", join(folder, "out/view"));
});
