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
  const { width, height } = await sharp(file).metadata();
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

/** What is compared in a draw, of images in random order: of `m` and `n`, or undefined where there are too few. */
type Scene = (
  order: number[],
  m: number,
  n: number,
) => { before: number[]; now: [name: string, i: number][] } | undefined;

const has = (i: number, k: number): boolean => same[i]?.classes.includes(k) === true;
/** The rarest class that is in a twelfth of the images; else the rarest. */
const frequency = classes.map((_, k) => same.filter((_, i) => has(i, k)).length);
const wanted = frequency.filter((count) => count >= same.length / 12);
const rare = frequency.indexOf(Math.min(...(wanted.length > 0 ? wanted : frequency)));

/** So large a share of the current images is changed. */
const changed =
  (name: string, share = 1): Scene =>
  (order, m, n) => {
    if (order.length < m + n) return undefined;
    const now = order.slice(m, m + n).map((i, at): [string, number] => [at < share * n ? name : "same", i]);
    return { before: order.slice(0, m), now };
  };
/** Images with the rare class are twice as frequent now as before. */
const doubled: Scene = (order, m, n) => {
  const [having, others] = byRare(order);
  const [first, second] = [Math.round((having.length / order.length) * m), Math.round(((2 * having.length) / order.length) * n)]; // prettier-ignore
  if (having.length < first + second || others.length < m + n - first - second) return undefined;
  const now = [...having.slice(first, first + second), ...others.slice(m - first, m - first + n - second)];
  return { before: [...having.slice(0, first), ...others.slice(0, m - first)], now: now.map((i) => ["same", i]) };
};
/** The rare class was not there before; the reference may be smaller for that, but not by more than a half. */
const newClass: Scene = (order, m, n) => {
  const [having, others] = byRare(order);
  const second = Math.round((having.length / order.length) * n);
  const before = others.slice(0, Math.min(m, others.length - (n - second)));
  if (before.length < m / 2) return undefined;
  const now = [...having.slice(0, second), ...others.slice(before.length, before.length + n - second)];
  return { before, now: now.map((i) => ["same", i]) };
};
function byRare(order: readonly number[]): [having: number[], others: number[]] {
  return [order.filter((i) => has(i, rare)), order.filter((i) => !has(i, rare))];
}
const rareName = `${classes[rare] ?? ""} (in ${((100 * (frequency[rare] ?? 0)) / same.length).toFixed(0)} % of the images)`;
const SCENES: Readonly<Record<string, Scene>> = {
  "nothing changed": changed("same"),
  "5 % darker": changed("5 % darker"),
  "10 % darker": changed("10 % darker"),
  "20 % darker": changed("20 % darker"),
  "out of focus": changed("out of focus"),
  "a strange object in each": changed("a strange object"),
  "a strange object in a half": changed("a strange object", 0.5),
  "a strange object in a fifth": changed("a strange object", 0.2),
  [`${rareName} is new`]: newClass,
  [`${rareName} is twice as frequent`]: doubled,
};

const sizes = values.sizes.split(",").map(Number);
console.log(`| what changed | ${sizes.map((n) => `${n} images`).join(" | ")} | found in, of ${sizes.at(-1)} |`);
console.log(`| --- |${" --- |".repeat(sizes.length + 1)}`);
for (const [name, scene] of Object.entries(SCENES)) {
  const row: string[] = [];
  let found = "";
  for (const n of sizes) {
    let alarms = 0;
    let done = 0;
    const named = new Map<string, number>();
    for (let draw = 0; draw < (name === "nothing changed" ? draws : Math.min(draws, 100)); draw++) {
      const random = new Random(`${name} ${n} ${draw}`);
      const sides = scene(random.shuffle([...same.keys()]), Number(values.reference), n);
      if (!sides) continue;
      done++;
      const before = sides.before.map((i) => same[i] as Profile);
      const now = sides.now.map(([form, i]) => profiles.get(form)?.[i] as Profile);
      const drifted = driftedIn(compareProfiles(before, now, { kind, classes, alpha, seed: draw }));
      if (drifted.length > 0) alarms++;
      for (const measure of drifted) named.set(measure, (named.get(measure) ?? 0) + 1);
    }
    row.push(done === 0 ? "–" : `${((100 * alarms) / done).toFixed(1)} %`);
    const most = [...named].sort((a, b) => b[1] - a[1]).slice(0, 4);
    if (done > 0) found = most.map(([measure, count]) => `${measure} ${((100 * count) / done).toFixed(0)}`).join(", ");
  }
  console.log(`| ${name} | ${row.join(" | ")} | ${found} |`);
}
model.dispose();
process.exit(0);
