import { mkdir, writeFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { AnchorkitError } from "../../../../src/base/errors.ts";
import { exportLabels } from "../../../../src/data/exportLabels.ts";
import { importLabels } from "../../../../src/data/importLabels.ts";
import { checkImages } from "../../../../src/data/images/checkImages.ts";
import { lintDataset } from "../../../../src/data/lint/lintDataset.ts";
import { readDataset } from "../../../../src/data/readDataset.ts";
import { manifestOf } from "../../../../src/data/split/manifest.ts";
import { folderOf, jpeg } from "../../helpers.ts";

const image = await jpeg(30, 20);

/** An animation of so many frames, each of another grey. */
async function animation(frames: number, type: "gif" | "webp" = "gif"): Promise<Buffer> {
  const pixels = new Uint8Array(frames * 12 * 8 * 3);
  for (let t = 0; t < frames; t++) pixels.fill(10 + 40 * t, t * 12 * 8 * 3, (t + 1) * 12 * 8 * 3);
  const pipeline = sharp(pixels, { raw: { width: 12, height: 8 * frames, channels: 3, pageHeight: 8 } });
  return type === "gif" ? pipeline.gif().toBuffer() : pipeline.webp({ lossless: true }).toBuffer();
}

/** Frames of a folder, by numbers in their names. */
const frames = (folder: string, ...numbers: number[]): Record<string, Uint8Array> =>
  Object.fromEntries(numbers.map((n) => [`${folder}/f${n}.jpg`, image]));

/** What is read: of each clip its path, split, labels, and frames with their labels. */
async function summary(files: Record<string, string | Uint8Array>, path = "") {
  const folder = await folderOf(files);
  const { dataset, warnings } = await readDataset(join(folder, path), { clips: true });
  const nameOf = (label: number | undefined): string => (label === undefined ? "" : (dataset.classes[label] ?? "?"));
  return {
    classes: dataset.classes,
    warnings: warnings.map((line) => line.replaceAll(folder, ".")),
    clips: dataset.images.map(({ file, split, labels = [], frames: own = [] }) => [
      relative(folder, file),
      split,
      labels.map(nameOf).join("+"),
      own
        .map(
          (frame) =>
            `${basename(frame.file)}${frame.page ?? ""}${frame.label === undefined ? "" : `=${nameOf(frame.label)}`}`,
        )
        .join(" "),
    ]),
  };
}

describe("folders of classes", () => {
  test("hold folders of frames, 2 before 10, and animations; splits stand above them", async () => {
    const files = {
      ...frames("train/walk/a", 10, 2, 1),
      ...frames("val/run/deep/b", 3, 4),
      ...{ "train/run/c.gif": await animation(3), "test/run/d.webp": await animation(2, "webp") },
    };
    const { classes, clips, warnings } = await summary(files);
    expect({ classes, warnings }).toEqual({ classes: ["run", "walk"], warnings: [] });
    expect(clips).toEqual([
      ["test/run/d.webp", "test", "run", "d.webp0 d.webp1"],
      ["train/run/c.gif", "train", "run", "c.gif0 c.gif1 c.gif2"],
      ["train/walk/a", "train", "walk", "f1.jpg f2.jpg f10.jpg"],
      ["val/run/deep/b", "val", "run", "f3.jpg f4.jpg"],
    ]);
  });

  test("without a clip are refused, and what lies outside is counted", async () => {
    await expect(summary({ "a.jpg": image, "b.jpg": image })).rejects.toThrow(
      /holds 2 images and no clip; clips lie in a folder/,
    );
    await expect(summary({ "walk/a.mp4": "x" })).rejects.toThrow(/a\.mp4: is a film, .*ffmpeg/);
    const { warnings } = await summary({ ...frames("x/walk/a", 1, 2), ...frames("x/run/b", 1), "x/loose.jpg": image });
    expect(warnings).toEqual([
      "frames outside the folders of classes, left out: 1 (./x)",
      "clips of one frame, in which nothing can move: 1 (./x/run/b)",
    ]);
  });
});

describe("a list", () => {
  test("gives clips of one class, stretches of a source, named clips, animations and patterns", async () => {
    const list = [
      "split,frame,start,end,class,clip",
      "train,a,3,5,walk,",
      "val,b,2,3,run,",
      "val,b,6,,walk,",
      "train,a,1,2,run,first",
      "train,a,4,5,run,second",
      "test,c.gif,1,2,walk,",
      "test,b/f%d.jpg,1,2,run,p",
    ];
    const files = { ...frames("a", 1, 2, 3, 4, 5), ...frames("b", 1, 2, 3, 4, 5, 6, 7), "c.gif": await animation(4) };
    const { classes, clips, warnings } = await summary({ ...files, "list.csv": list.join("\n") }, "list.csv");
    expect({ classes, warnings }).toEqual({ classes: ["run", "walk"], warnings: [] });
    expect(clips).toEqual([
      ["a", "train", "walk", "f3.jpg f4.jpg f5.jpg"],
      ["b", "val", "run+walk", "f2.jpg=run f3.jpg=run f4.jpg f5.jpg f6.jpg=walk f7.jpg=walk"],
      ["a", "train", "run", "f1.jpg f2.jpg"],
      ["a", "train", "run", "f4.jpg f5.jpg"],
      ["c.gif", "test", "walk", "c.gif1 c.gif2"],
      ["b", "test", "run", "f1.jpg f2.jpg"],
    ]);
  });

  test.each([
    ["frame,start,end,class\na,4,2,walk", "line 2: end 2 is before start 4"],
    ["frame,start,end,class\na,x,2,walk", 'line 2: start must be the number of a frame, got "x"'],
    ["frame,start,end,class\nb,1,2,walk", 'line 2: "b" is neither a folder, a file nor a pattern of files'],
    ["frame,start,end,class\na,8,9,walk", "line 2: has no frame from 8 to 9; its frames are numbered 1 to 3"],
    ["frame,start,end,class\na,1,2,walk\na,2,3,run", 'line 3: frame 2 is "run" here, and "walk" in a line above'],
    ["frame,start,end,class\na,1,2,", "line 2: the class is empty"],
    ["frame,start,class\na,1,walk", 'line 1: there is a column "start" and none "end"'],
    ["frame,start,end,class,split\na,1,2,walk,dev2", 'line 2: the split must be train, val or test, got "dev2"'],
    ["frame,start,end,class\nempty,,,walk", 'line 2: "empty" is a folder without images'],
    ["frame,start,end,class\n", "lists no clips"],
  ])("that is wrong is refused in a line: %j", async (text, message) => {
    const folder = await folderOf({ ...frames("a", 1, 2, 3), "list.csv": text, "empty/note.txt": "" });
    const error = await readDataset(join(folder, "list.csv"), { clips: true }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AnchorkitError);
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).not.toContain("\n");
  });

  test("that reaches past the frames is cut, with a warning", async () => {
    const { clips, warnings } = await summary(
      { ...frames("a", 1, 2, 3), "l.csv": "frame,start,end,class\na,0,2,walk\n" },
      "l.csv",
    );
    expect(clips).toEqual([["a", undefined, "walk", "f1.jpg f2.jpg"]]);
    expect(warnings).toEqual([
      "stretches that reach past the frames that are there, cut to them: 1 (./l.csv: line 2 (1 to 3 are there))",
    ]);
  });

  test("of any cells is read, or refused with a line that names the file", async () => {
    const folder = await folderOf({ ...frames("a", 1, 2, 3), "b/note.txt": "" });
    const cell = fc.oneof(
      fc.constantFrom("a", "b", "a/*.jpg", "a/f%d.jpg", "", "1", "2", "7", "-1", "walk", '"', "1e99", "train"),
      fc.string({ maxLength: 4 }),
    );
    const rows = fc.array(fc.array(cell, { minLength: 3, maxLength: 6 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(rows, async (cells) => {
        await writeFile(
          join(folder, "list.csv"),
          ["frame,start,end,class,clip", ...cells.map((row) => row.join(","))].join("\n"),
        );
        try {
          const { dataset } = await readDataset(join(folder, "list.csv"), { clips: true });
          for (const { frames: own = [], labels = [] } of dataset.images) {
            expect(own.length).toBeGreaterThan(0);
            expect(labels.length).toBeGreaterThan(0);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(AnchorkitError);
          expect((error as Error).message).toContain("list.csv");
        }
      }),
      { numRuns: 60 },
    );
  });
});

test("label import keeps clips, and copies them with their frames", async () => {
  const list = "frame,start,end,class\na,1,2,walk\na,3,3,run\nc.gif,,,walk\n";
  const folder = await folderOf({ ...frames("a", 1, 2, 3), "c.gif": await animation(3), "list.csv": list });
  const { dataset } = await readDataset(join(folder, "list.csv"));
  for (const copy of [false, true]) {
    const out = join(folder, `out-${String(copy)}`);
    await importLabels(join(folder, "list.csv"), out, { copy });
    const again = (await readDataset(out)).dataset;
    expect(again.classes).toEqual(dataset.classes);
    const told = ({ images }: typeof dataset) =>
      images.map(({ labels, width, frames: own = [] }) => [
        labels,
        width,
        own.map(({ file, page, label }) => [basename(file), page, label]),
      ]);
    expect(told(again)).toEqual(told(dataset));
    if (copy)
      for (const { frames: own = [] } of again.images) for (const { file } of own) expect(file).toContain("out-true");
  }
  const split = { ...dataset, images: dataset.images.map((one) => ({ ...one, split: "val" as const })) };
  await expect(exportLabels(split, "yolo", join(folder, "yolo"))).rejects.toThrow(
    /is a clip of frames, which YOLO cannot hold/,
  );
});

test("all frames are checked and hashed, and one of another size is an error", async () => {
  const folder = await folderOf({ ...frames("run/a", 1, 2), ...frames("walk/b", 1, 2) });
  const { dataset } = await readDataset(folder, { clips: true });
  const val = { ...dataset, images: dataset.images.map((one) => ({ ...one, split: "val" as const })) };
  await checkImages(val.images, new AbortController().signal);
  const before = await manifestOf(val);
  expect(before.images.map(({ frames: own }) => own)).toEqual(["f1.jpg to f2.jpg", "f1.jpg to f2.jpg"]);

  await writeFile(join(folder, "walk/b/f2.jpg"), await jpeg(31, 20));
  const after = await manifestOf(val);
  expect(after.images.map(({ sha256 }, i) => sha256 === before.images[i]?.sha256)).toEqual([true, false]);
  await expect(checkImages(val.images, new AbortController().signal)).rejects.toThrow(
    /f2\.jpg: has 31 x 20 pixels, and the first frame of its clip 30 x 20/,
  );
  await mkdir(join(folder, "none"));
  await writeFile(join(folder, "run/a/f2.jpg"), "no image");
  const { findings } = await lintDataset(folder, { clips: true, pixels: true });
  expect(findings.filter(({ rule }) => rule === "damaged-image").map(({ count }) => count)).toEqual([2]);
});
