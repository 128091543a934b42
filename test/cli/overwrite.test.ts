import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { folderOf, jpeg, labelImgXml } from "../data/helpers.ts";
import { callCommand } from "./command.ts";

// The real one listens for Ctrl-C from then on, also when the tests end.
vi.mock("../../src/cli/interrupt.ts", () => ({
  INTERRUPTED: 130,
  abortOnInterrupt: () => new AbortController().signal,
}));

const image = await jpeg(100, 80);

/** Images with labels, a run that looks like one, a truth with predictions, and files of the user's own. */
function place(): Promise<string> {
  const coco = {
    images: [{ id: 1, file_name: "photos/a.jpg", width: 100, height: 80 }],
    annotations: [{ id: 1, image_id: 1, category_id: 1, bbox: [10, 10, 20, 20], area: 400, iscrowd: 0 }],
    categories: [{ id: 1, name: "cat" }],
  };
  return folderOf({
    "photos/a.jpg": image,
    "photos/a.xml": labelImgXml("a.jpg", [["cat", 10, 10, 50, 50]]),
    "photos/b.jpg": image,
    "photos/b.xml": labelImgXml("b.jpg", [["cat", 10, 10, 50, 50]]),
    "run/config.json": "{}",
    "run/best/detector.json": "{}",
    "mine/annotations.json": "my own",
    "mine/config.json": "my own",
    "mine/images.csv": "my,own\n1,2\n",
    "mine/predictions.json": "my own",
    "mine/labels-001.jpg": "my own",
    "mine/changes.csv": "my own",
    "mine/page.html": "<p>my own</p>",
    "truth.json": JSON.stringify(coco),
    "found.json": JSON.stringify([{ image_id: 1, category_id: 1, bbox: [10, 10, 20, 20], score: 0.9 }]),
    "urls.txt": "ftp://nowhere.invalid/a.jpg\n",
  });
}

/** Every file with its content; links are not followed. */
function contentOf(root: string): Record<string, string> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name)).sort();
  return Object.fromEntries(paths.map((path) => [relative(root, path), readFileSync(path, "latin1")]));
}

/** Runs a command whose words that begin with @ are paths in the folder. */
async function run(root: string, line: string) {
  const [name = "", ...words] = line.split(" ");
  const args = words.map((word) => (word.startsWith("@") ? join(root, word.slice(1)) : word));
  return callCommand(name === "detect" ? "detect" : "label", args);
}

describe("no command overwrites what is not its own", () => {
  test.each([
    [
      "label import @photos --out @mine",
      /mine\/annotations\.json: is there already, and is not as label import left it/,
    ],
    ["label split @photos --no-near-duplicates --out @mine", /mine\/annotations\.json: is there already/],
    ["label export @photos --to yolo --out @mine", /mine: is not empty; give a new folder/],
    ["label lint @photos --fix --out @mine", /mine: is not empty; give a new folder/],
    ["label view @photos --out @mine", /mine: is not empty; give a new folder/],
    ["label fetch @urls.txt --out @mine", /mine\/images\.csv: is not of label fetch/],
    ["label stats @photos --report @mine/page.html", /mine\/page\.html: is there already, and is no page of anchorkit/],
    [
      "detect eval --truth @truth.json --predictions @found.json --report @mine/page.html",
      /page\.html: is there already/,
    ],
    ["detect predict @photos --weights @run --out @mine", /mine\/predictions\.json: is there already/],
    ["detect predict @photos --weights @run --out @mine --no-images", /mine\/predictions\.json: is there already/],
    [
      "detect train --data @photos --out @mine",
      /mine\/config\.json: is there already, and is not as detect train left it/,
    ],
    [
      "detect train --data @photos --out @run",
      /run: already holds a training; continue it with --resume, or give another --out/,
    ],
  ])("%s", async (line, message) => {
    const root = await place();
    const before = contentOf(root);
    const { code, stdout, stderr } = await run(root, line);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^error: .*, or insist with --overwrite\n$/);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(contentOf(root)).toEqual(before);
  });
});

describe("no command overwrites what it reads, even with --overwrite", () => {
  test.each([
    ["label import @photos --out @photos", /photos: is the input itself/],
    ["label import @truth.json --out @. --copy", undefined], // annotations.json is not there, and images/ is new
    ["label split @photos --no-near-duplicates --out @link", /link: is the input itself/],
    ["label export @photos --to voc --out @photos/.", /photos: is the input itself/],
    [
      "label export @photos --to voc --out @.",
      /(photos\/a\.jpg: is read by|link: is a link to a folder, from which) this command/,
    ],
    ["label lint @photos --fix --out @photos", /photos: is the input itself/],
    [
      "label lint @photos --fix --out @.",
      /(photos\/a\.jpg: is read by|link: is a link to a folder, from which) this command/,
    ],
    ["label view @photos --out @link", /link: is the input itself/],
    ["label stats @photos --report @photos/a.xml", /a\.xml: lies in .*photos, which is read by this command/],
    ["label stats @truth.json --report @truth.json", /truth\.json: is read by this command/],
    ["label fetch @mine/images.csv --out @mine", /images\.csv: is read by this command|no column/],
    ["detect eval --truth @truth.json --predictions @found.json --report @truth.json", /truth\.json: is read/],
    [
      "detect eval --truth @truth.json --predictions @found.json --report @./mine/../found.json",
      /found\.json: is read/,
    ],
    ["detect eval --data @photos --weights @run --report @link/a.xml", /a\.xml: lies in .*photos, which is read/],
    [
      "detect eval --data @photos --weights @run --report @run/best/detector.json",
      /detector\.json: lies in .*run, which/,
    ],
    ["detect predict @photos --weights @run --out @photos", /photos: is the input itself/],
    ["detect predict @photos --weights @run --out @photos/../link/.", /link: is the input itself/],
    ["detect predict @photos/a.jpg @photos/b.jpg --weights @run --out @link", /link\/a\.jpg: is read by this command/],
    ["detect predict @link/*.jpg --weights @run --out @photos", /photos\/a\.jpg: is read by this command/],
    ["detect predict @. --weights @run --out @.", /: is the input itself/],
    ["detect train --data @photos --out @photos", /photos: is the input itself/],
    ["detect train --data @mine --out @link", undefined],
    [
      "detect train --data @photos --weights @run --out @run",
      /run\/best\/detector\.json: lies in .*best, which is read/,
    ],
  ])("%s", async (line, message) => {
    const root = await place();
    symlinkSync(join(root, "photos"), join(root, "link"));
    const before = contentOf(root);
    const { code, stderr } = await run(root, `${line} --overwrite`);
    if (message) {
      expect(stderr).toMatch(message);
      expect(stderr).not.toMatch(/insist/);
      expect(code).toBe(1);
    }
    expect(contentOf(root)).toMatchObject(before);
    if (message) expect(contentOf(root)).toEqual(before);
  });
});

describe("what the same command wrote before is replaced", () => {
  test.each([
    ["label import @photos --out @new --copy", "new/annotations.json"],
    ["label split @photos --no-near-duplicates --out @new", "new/annotations.json"],
    ["label stats @photos --report @new/stats.html", "new/stats.html"],
    ["label view @photos --tile 64 --out @new --overwrite", "new/labels-001.jpg"],
    ["label export @photos --to yolo --out @new --overwrite", "new/data.yaml"],
    ["label lint @photos --fix --out @new --overwrite", "new/changes.csv"],
    ["detect eval --truth @truth.json --predictions @found.json --report @new/eval.html", "new/eval.html"],
  ])("%s", async (line, file) => {
    const root = await place();
    for (const time of ["first", "second"]) {
      const { code, stderr } = await run(root, line);
      expect({ time, code, stderr: code === 0 ? "" : stderr }).toEqual({ time, code: 0, stderr: "" });
    }
    expect(existsSync(join(root, file))).toBe(true);
    expect(readFileSync(join(root, "photos/a.jpg")).equals(image)).toBe(true);
  });

  test("but not once it was corrected by hand", async () => {
    const root = await place();
    await run(root, "label import @photos --out @new");
    const file = join(root, "new/annotations.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"cat"', '"dog"'));
    const { code, stderr } = await run(root, "label import @photos --out @new");
    expect(code).toBe(1);
    expect(stderr).toMatch(/annotations\.json: is there already, and is not as label import left it/);
    expect((await run(root, "label import @photos --out @new --overwrite")).code).toBe(0);
    expect(readFileSync(file, "utf8")).toContain('"cat"');
  });
});

test("output within the data is not read as data the next time", async () => {
  const root = await place();
  const images = async (): Promise<number> => {
    const { stdout } = await run(root, "label stats @photos --json");
    return (JSON.parse(stdout) as { images: { all: number } & number }).images;
  };
  const before = await images();
  for (const line of [
    "label view @photos --tile 64 --out @photos/sheets",
    "label import @photos --out @photos/dataset --copy",
    "label export @photos --to voc --out @photos/voc",
  ]) {
    expect((await run(root, line)).code).toBe(0);
    expect(await images()).toEqual(before);
  }
});
