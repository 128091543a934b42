/**
 * Whether `detect drift` keeps its word, on a trained model and the images of its data: how often it alarms where nothing has
 * changed, and how often it finds a darker or blurred camera, strange objects in the pictures, a class whose share has
 * doubled, by the number of images. Every image is looked at once (and once in each changed form); the draws then deal the
 * images into a reference and current ones. Kept in --out, so that it is quick the second time.
 *
 *   npx tsx bench/drift.ts <run> --images <folder> --strange <folder of other images> [--draws 200] [--reference 150]
 *     [--sizes 25,50,100,200] [--alpha 0.01] [--out runs/drift]
 */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { Random } from "../src/base/random.ts";
import { listImageFiles } from "../src/cli/detect/imageFiles.ts";
import { openPredictor } from "../src/cli/detect/openPredictor.ts";
import { compareProfiles, driftedIn } from "../src/monitoring/compareProfiles.ts";
import type { Profile } from "../src/monitoring/profile.ts";
import { profileFiles, type WatchedModel } from "../src/monitoring/profileFiles.ts";
import { readReference, writeReference } from "../src/monitoring/referenceFile.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    images: { type: "string" },
    strange: { type: "string" },
    draws: { type: "string", default: "200" },
    reference: { type: "string", default: "150" },
    sizes: { type: "string", default: "25,50,100,200" },
    alpha: { type: "string", default: "0.01" },
    most: { type: "string", default: "500" },
    out: { type: "string", default: "runs/drift" },
  },
});
const [run] = positionals;
const { images, strange, out } = values;
if (run === undefined || images === undefined || strange === undefined)
  throw new Error("give <run> --images --strange");
const alpha = Number(values.alpha);
const draws = Number(values.draws);

type Change = (file: string, to: string, random: Random) => Promise<unknown>;

const others = (await listImageFiles([strange])).map(({ file }) => file);

/** What befalls an image. */
const CHANGES: Readonly<Record<string, Change>> = {
  same: (file, to) => sharp(file).png({ compressionLevel: 1 }).toFile(to),
  "5 % darker": (file, to) => darker(file, to, 0.95),
  "10 % darker": (file, to) => darker(file, to, 0.9),
  "20 % darker": (file, to) => darker(file, to, 0.8),
  "out of focus": (file, to) => sharp(file).blur(1.5).png({ compressionLevel: 1 }).toFile(to),
  "a strange object": addStrange,
};

function darker(file: string, to: string, factor: number): Promise<unknown> {
  return sharp(file).removeAlpha().linear(factor, 0).png({ compressionLevel: 1 }).toFile(to);
}

/** A part of another image, a quarter of the sides long, somewhere in it: an object of a class that nobody has labelled. */
async function addStrange(file: string, to: string, random: Random): Promise<void> {
  const { width = 1, height = 1 } = await sharp(file).metadata();
  const size = { width: Math.max(8, Math.round(width / 4)), height: Math.max(8, Math.round(height / 4)) };
  const object = await sharp(others[random.int(others.length)])
    .resize({ ...size, fit: "cover" })
    .removeAlpha()
    .png()
    .toBuffer();
  const place = { left: random.int(width - size.width + 1), top: random.int(height - size.height + 1) };
  await sharp(file)
    .removeAlpha()
    .composite([{ input: object, ...place }])
    .png({ compressionLevel: 1 })
    .toFile(to);
}

const model = await openPredictor(run, {});
if (model.kind === "clips" || model.kind === "forecasting") throw new Error(`${model.kind} is not watched`);
const files = new Random(1)
  .shuffle((await listImageFiles([images])).map(({ file }) => file))
  .slice(0, Number(values.most));
await mkdir(out, { recursive: true });

async function profilesOf(watched: WatchedModel, name: string): Promise<Profile[]> {
  const kept = join(out, `${basename(run ?? "")}-${name.replaceAll(/\W+/g, "-")}.json`);
  const weights = watched.description.weights?.sha256 ?? "";
  if (!existsSync(kept)) {
    const folder = join(out, "images", name);
    await mkdir(folder, { recursive: true });
    const random = new Random(name);
    const changed = files.map((_, i) => join(folder, `${i}.png`));
    for (const [i, file] of files.entries()) await CHANGES[name]?.(file, changed[i] ?? "", random);
    const profiles: Profile[] = [];
    for await (const one of profileFiles(watched, changed)) {
      if ("error" in one) throw one.error;
      profiles.push({ ...one.profile, name: basename(one.file) });
    }
    await writeReference(kept, { weights, source: images ?? "", profiles });
  }
  return (await readReference(kept, weights)).profiles;
}

const profiles = new Map<string, Profile[]>();
for (const name of Object.keys(CHANGES)) profiles.set(name, await profilesOf(model, name));
const same = profiles.get("same") ?? [];
const { kind, classes } = model;
console.log(`${run}: ${same.length} images, alpha ${alpha}, ${draws} draws, reference of ${values.reference}`);

/** Current images of a draw, from those that are left. */
type Scene = (left: number[], n: number, random: Random) => (Profile | undefined)[];
const of = (name: string) => (left: number[], n: number) => left.slice(0, n).map((i) => profiles.get(name)?.[i]);
const mixed = (name: string, share: number) => (left: number[], n: number) =>
  left.slice(0, n).map((i, at) => profiles.get(at < share * n ? name : "same")?.[i]);
const frequency = classes.map((_, k) => same.filter((one) => one.classes.includes(k)).length);
/** The class of a usual share that is in fewer than half of the images, the most frequent of those. */
const rare = frequency.reduce(
  (best, count, k) => (count <= same.length / 2.5 && count > (frequency[best] ?? Infinity) ? k : best),
  frequency.indexOf(Math.min(...frequency.filter((count) => count > 4))),
);
/** Images with the class are drawn twice as often: its share of images doubles. */
const doubled: Scene = (left, n, random) => {
  const has = (i: number): boolean => same[i]?.classes.includes(rare) === true;
  const share = Math.min(1, (2 * left.filter(has).length) / left.length);
  const [withIt, without] = [left.filter(has), left.filter((i) => !has(i))];
  const wanted = Math.min(withIt.length, Math.round(share * n));
  return random.shuffle([...withIt.slice(0, wanted), ...without.slice(0, n - wanted)]).map((i) => same[i]);
};
const SCENES: Readonly<Record<string, Scene>> = {
  "nothing changed": of("same"),
  "5 % darker": of("5 % darker"),
  "10 % darker": of("10 % darker"),
  "20 % darker": of("20 % darker"),
  "out of focus": of("out of focus"),
  "strange object in all": of("a strange object"),
  "strange object in a half": mixed("a strange object", 0.5),
  "strange object in a fifth": mixed("a strange object", 0.2),
  [`images with ${classes[rare] ?? ""} doubled`]: doubled,
};

for (const [name, scene] of Object.entries(SCENES)) {
  const row: string[] = [];
  for (const n of values.sizes.split(",").map(Number)) {
    const m = Math.min(Number(values.reference), same.length - n);
    if (m < 20) {
      row.push("-");
      continue;
    }
    let alarms = 0;
    const named = new Map<string, number>();
    const began = performance.now();
    const times = name === "nothing changed" ? draws : Math.min(draws, 50);
    for (let draw = 0; draw < times; draw++) {
      const random = new Random(`${name} ${n} ${draw}`);
      const order = random.shuffle([...same.keys()]);
      const before = order.slice(0, m).map((i) => same[i] as Profile);
      const now = scene(order.slice(m), n, random).filter((one) => one !== undefined);
      const found = driftedIn(compareProfiles(before, now, { kind, classes, alpha, seed: draw }));
      if (found.length > 0) alarms++;
      for (const measure of found) named.set(measure, (named.get(measure) ?? 0) + 1);
    }
    const most = [...named]
      .sort((a, b) => b[1] - a[1])
      .slice(0, 3)
      .map(([measure, count]) => `${measure} ${((100 * count) / times).toFixed(0)}`);
    row.push(
      `${n}: ${((100 * alarms) / times).toFixed(1)} % (${most.join(", ")}; ${((performance.now() - began) / times).toFixed(0)} ms)`,
    );
  }
  console.log(`${name.padEnd(32)} ${row.join(" | ")}`);
}
model.dispose();
process.exit(0);
