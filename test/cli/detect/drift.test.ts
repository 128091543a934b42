import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readDataset } from "../../../src/data/readDataset.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { classifier, detector, forecaster } from "../../export/untrainedModels.ts";
import { callCommand } from "../command.ts";

const annotations = fileURLToPath(new URL("../../../annotations/images", import.meta.url));
const native = (await loadEngine()).name === "native";

interface Document {
  drifted: string[];
  images: object;
  measures: { name: string; verdict: string; examples: string[] }[];
  next: { dataset: string; images: { file: string; why: string }[] };
  broken: { file: string }[];
}

describe.runIf(native)("detect drift", () => {
  let folder: string;
  let run: string;
  let usual: string;
  let dark: string;
  const drift = (...args: string[]) => callCommand("detect", ["drift", run, ...args]);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "anchorkit-drift-"));
    run = await detector({ scoreThreshold: 0.2 })(folder);
    [usual, dark] = [join(folder, "usual"), join(folder, "dark")];
    await Promise.all([usual, dark, join(folder, "empty"), join(folder, "single")].map((path) => mkdir(path)));
    const names = (await readdir(annotations)).filter((name) => name.endsWith(".jpg")).slice(0, 36);
    for (const [i, name] of names.entries()) {
      const small = sharp(join(annotations, name)).resize(96, 64);
      if (i % 2 === 0) await small.png().toFile(join(usual, `${name}.png`));
      else
        await small
          .linear(0.6, 0)
          .png()
          .toFile(join(dark, `${name}.png`));
    }
    await cp(join(usual, `${names[0] ?? ""}.png`), join(folder, "single", "one.png"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("finds a darker camera, writes the report, the reference, and what to label next", async () => {
    const [out, kept, next] = [join(folder, "report"), join(folder, "kept.json"), join(folder, "next")];
    const args = ["--against", dark, "--reference", usual, "--out", out, "--save-reference", kept];
    const { code, stdout, stderr } = await drift(...args, "--next", "5", "--next-out", next, "--json");
    expect([code, stderr]).toEqual([0, ""]);
    const document = JSON.parse(stdout) as Document;
    expect(document.drifted).toContain("brightness");
    expect(document.images).toEqual({ reference: 18, heldOut: 18, current: 18 });
    expect(document.measures.find(({ name }) => name === "size")?.verdict).toBe("constant");
    const page = await readFile(join(out, "report.html"), "utf8");
    expect(page).toContain("Drift in brightness");
    expect(page).toContain("data:image/webp;base64,");
    expect(page).not.toMatch(/(?:src|href)="(?!data:)/);
    expect(JSON.parse(await readFile(join(out, "drift.json"), "utf8"))).toMatchObject({ drifted: document.drifted });

    expect(document.next.images).toHaveLength(5);
    const { dataset } = await readDataset(next);
    expect(dataset.images).toHaveLength(5);
    expect(dataset.images[0]?.fields).toMatchObject({ why: document.next.images[0]?.why });
    expect(dataset.images.some(({ objects }) => objects.some(({ score = 0 }) => score >= 0.3))).toBe(true);
    const imported = await callCommand("label", ["import", next, "--out", join(folder, "imported")]);
    expect(imported.code).toBe(0);

    const again = await drift("--against", dark, "--reference", kept, "--json");
    expect((JSON.parse(again.stdout) as Document).measures).toEqual(document.measures);
    await cp(kept, join(run, "reference.json"));
    const found = await drift("--against", dark, "--fail-on", "drift");
    expect(found.code).toBe(1);
    expect(found.stdout).toMatch(
      /^Drift in brightness.*\nreference: 18 images of .*usual; current: 18 images of .*dark\n/,
    );
    expect(found.stderr).toMatch(/^error: drift in brightness/m);
    expect((await drift("--against", dark, "--fail-on", "aspect,size")).code).toBe(0);
    await rm(join(run, "reference.json"));
  });

  it("finds nothing in images like those of the reference", async () => {
    const names = await readdir(usual);
    const [first, second] = [join(folder, "first"), join(folder, "second")];
    for (const [i, name] of names.entries()) await cp(join(usual, name), join(i % 2 === 0 ? first : second, name));
    const { code, stdout } = await drift("--against", second, "--reference", first, "--fail-on", "drift");
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^No drift found\./)]);
  });

  it("counts images that cannot be read, and says of one that it is too few", async () => {
    const some = join(folder, "some");
    await cp(dark, some, { recursive: true });
    await writeFile(join(some, "a-broken.jpg"), "no image");
    const { code, stdout, stderr } = await drift("--against", some, "--reference", usual, "--json");
    expect([code, (JSON.parse(stdout) as Document).broken.length]).toEqual([1, 1]);
    expect(stderr).toMatch(/a-broken\.jpg: is no image.*\n1 of 19 images could not be read\n$/);
    const single = await drift("--against", join(folder, "single"), "--reference", dark);
    expect([single.code, single.stdout]).toEqual([0, expect.stringMatching(/^1 image: too few to tell/)]);
  });

  it("explains what it cannot do, before anything is computed", async () => {
    const errors: [args: string[], code: number, message: RegExp][] = [
      [[], 2, /required option '--against <images>' not specified/],
      [["--against", usual, "--referense", dark], 2, /unknown option '--referense'.*--reference/],
      [
        ["--against", usual, "--fail-on", "brightnes"],
        2,
        /No measure is called "brightnes" \(Did you mean brightness\?\)/,
      ],
      [["--against", usual, "--alpha", "0"], 2, /It must be a number above 0 and not above 0\.5|above 0/],
      [["--against", usual], 1, /does not say what it was trained on: give --reference with the data set/],
      [["--against", join(folder, "empty"), "--reference", usual], 1, /empty: there are no images here/],
      [["--against", join(folder, "nowhere"), "--reference", usual], 1, /nowhere: there is no such file or folder/],
      [["--against", usual, "--reference", usual], 1, /there is nothing to compare them with/],
      [["--against", dark, "--reference", usual, "--out", dark], 1, /dark: is the input itself/],
      [["--against", dark, "--reference", usual, "--next", "3"], 2, /--next and --next-out go together/],
      [["--against", dark, "--reference", usual, "--next", "3", "--next-out", dark], 1, /dark: is the input itself/],
      [["--against", dark, "--reference", usual, "--group", "("], 2, /It must be a regular expression/],
    ];
    for (const [args, code, message] of errors) {
      const ended = await drift(...args);
      expect([ended.code, ended.stderr]).toEqual([code, expect.stringMatching(message)]);
    }
    const image = join(dark, (await readdir(dark))[0] ?? "");
    const over = await drift("--against", dark, "--reference", usual, "--save-reference", image, "--overwrite");
    expect([over.code, over.stderr]).toEqual([1, expect.stringMatching(/is read by this command|lies in/)]);
    const series = await forecaster("lstm")(folder);
    const other = await callCommand("detect", ["drift", series, "--against", usual]);
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining("it looks at numbers, and at no images")]);
  });

  it("proposes labels of a classifier", async () => {
    const labels = await classifier("small")(folder);
    const next = join(folder, "next-labels");
    const args = ["drift", labels, "--against", dark, "--reference", usual, "--next", "4", "--next-out", next];
    const { code, stdout } = await callCommand("detect", args);
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining(`4 images to label next, with what the model proposes: ${next}`),
    ]);
    const { dataset } = await readDataset(next);
    expect(dataset.images.map(({ labels: own = [] }) => own.length)).toEqual([1, 1, 1, 1]);
  });
});
