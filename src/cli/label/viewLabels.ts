import { basename, join } from "node:path";
import type { Command } from "commander";
import { AnchorkitError, UsageError } from "../../base/errors.ts";
import { nearest } from "../../geometry/nearest.ts";
import { Random } from "../../base/random.ts";
import type { Augmentation } from "../../data/augment/description.ts";
import { isAugmentationFile, loadAugmentation } from "../../data/augment/readAugmentation.ts";
import { count, countOf } from "../../base/words.ts";
import type { Dataset, ImageRecord, SplitName } from "../../data/dataset.ts";
import { byName } from "../../data/files.ts";
import { requireImages } from "../../data/images/imageStore.ts";
import type { FormatId } from "../../data/formats/format.ts";
import type { SheetImage } from "../../report/contactSheet.ts";
import { addReadingOptions, addFromOption, printWarnings, type ReadingFlags, readingOptions } from "../dataset.ts";
import {
  addCommonOptions,
  addExamples,
  addOverwriteOption,
  choice,
  numberIn,
  printJson,
  requireOptions,
  requireThere,
} from "../options.ts";
import { Progress } from "../progress.ts";

interface Flags extends ReadingFlags {
  out: string;
  split?: SplitName;
  class?: string[];
  sort?: keyof typeof ORDERS;
  perPage: number;
  pages: number;
  tile: number;
  names: boolean;
  augment?: string;
  draws: number;
  size: number;
  seed: number;
  overwrite?: true;
  from?: FormatId;
  json?: true;
}

/** `label view` */
export function addView(program: Command): void {
  const number = numberIn({ whole: true, min: 1, max: 10_000 });
  const command = program
    .command("view")
    .description("Draw the labels on their images: contact sheets with boxes, outlines and names")
    .argument("<dataset>", "what `label import` wrote, or any labels that it can read")
    .option("--out <folder>", "new or empty folder to write the sheets to")
    .addOption(choice("--split <name>", "only the images of one split", ["train", "val", "test"]))
    .option(
      "--class <name>",
      "only the images with this class; can be given more than once",
      (name: string, before: string[] | undefined) => [...(before ?? []), name],
    )
    .addOption(
      choice("--sort <by>", "largest images first, most objects first, or by name (default: as they come)", [
        ...Object.keys(ORDERS),
      ]),
    )
    .option("--per-page <n>", "images per page", number, 20)
    .option("--pages <n>", "write at most this many pages", number, 20)
    .option("--no-names", "draw only boxes and outlines, without the names of their classes")
    .option(
      "--tile <pixels>",
      "width of a 4:3 image on the page; others are about as high",
      numberIn({ whole: true, min: 64, max: 2000 }),
      400,
    )
    .option(
      "--augment <preset or file>",
      "show beside each image variations of it, as `detect train --augment` would make them",
    )
    .option("--draws <n>", "how many variations of each image", numberIn({ whole: true, min: 1, max: 20 }), 4)
    .option(
      "--size <pixels>",
      "longer side of the variations: the --size of the training",
      numberIn({ whole: true, min: 64 }),
      320,
    )
    .option("--seed <n>", "seed for the variations", numberIn({ whole: true, min: 0, max: 2 ** 31 - 1 }), 1);
  requireOptions(command, "out");
  addFromOption(command);
  addReadingOptions(command);
  addOverwriteOption(command);
  addCommonOptions(command).action(view);
  addExamples(
    command,
    "label view photos --out sheets",
    "label view dataset --split val --class cat --sort objects --out cats",
    "label view dataset --augment strong --out augmented",
  );
}

async function view(source: string, flags: Flags): Promise<void> {
  const { out, perPage, pages, tile, augment } = flags;
  if (augment !== undefined && isAugmentationFile(augment)) requireThere({ augment });
  const { readDataset } = await import("../../data/readDataset.ts");
  const { OutputFolder } = await import("../../base/output/outputFolder.ts");
  const { contactSheet } = await import("../../report/contactSheet.ts");
  const { writePicture } = await import("../../report/picture.ts");
  const { overwrite } = flags;
  const output = await OutputFolder.open(out, { command: "label view", overwrite, inputs: [source], results: true });
  await output.requireEmpty();
  const augmentation = augment === undefined ? undefined : await loadAugmentation(augment);
  const read = await readDataset(source, readingOptions(flags));
  printWarnings(read.warnings);
  const { dataset } = read;
  const images = chooseImages(dataset, flags);
  await output.requireEmpty(dataset.images.map(({ file }) => file));
  await output.clear();
  if (augmentation) requireImages(images);
  const versions = augmentation && (await versionsOf(dataset.images, augmentation, flags));
  const columns = versions && 1 + flags.draws;
  const imagesOnPage = columns ? Math.max(1, Math.round(perPage / columns)) : perPage;
  const needed = Math.ceil(images.length / imagesOnPage);
  const written: string[] = [];
  const unreadable = new Map<string, string>();
  const progress = new Progress("drawing");
  const report = (error: AnchorkitError): void => {
    // The file, which comes first: the reason may differ when it is read again at another size.
    const [file = ""] = error.message.split(": ");
    if (unreadable.has(file)) return;
    progress.log(error.message);
    unreadable.set(file, error.message);
  };
  const options = {
    tileWidth: tile,
    names: flags.names,
    ...(columns && { columns }),
    onUnreadable: (_: SheetImage, error: AnchorkitError) => {
      report(error);
    },
  };
  const drawPages = async (): Promise<void> => {
    for (let page = 0; page < Math.min(pages, needed); page++) {
      const onPage = images.slice(page * imagesOnPage, (page + 1) * imagesOnPage);
      const tiles: SheetImage[] = [];
      for (const image of onPage)
        tiles.push(await tileOf(image, dataset.classes, report), ...(versions ? await versions(image, report) : []));
      const file = join(out, `labels-${String(page + 1).padStart(3, "0")}.jpg`);
      const first = page * imagesOnPage;
      const range =
        onPage.length === 1
          ? `image ${count(first + 1)}`
          : `images ${count(first + 1)} to ${count(first + onPage.length)}`;
      const heading = needed > 1 ? `${range} of ${count(images.length)}` : "";
      await writePicture(await contactSheet(tiles, dataset.classes, { ...options, heading }), file);
      written.push(file);
      progress.update({ fraction: (page + 1) / Math.min(pages, needed), text: file });
    }
  };
  try {
    await output.write(drawPages);
  } finally {
    progress.stop();
  }
  const shown = Math.min(images.length, written.length * imagesOnPage);
  if (flags.json) {
    const { warnings } = read;
    printJson({
      source: read.source,
      images: images.length,
      shown,
      pages: written,
      unreadable: [...unreadable.values()],
      warnings,
    });
  } else {
    const more = needed > written.length ? `; ${needed} pages would show all: --pages ${needed}` : "";
    const lines = [
      `${count(shown)} of ${countOf(images.length, "image")} on ${countOf(written.length, "page")}${more}`,
      `sheets: ${out}`,
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
  }
  if (unreadable.size === 0) return;
  process.stderr.write(`${countOf(unreadable.size, "image")} could not be read\n`);
  process.exitCode = 1;
}

/** What `--sort` can say. */
const ORDERS = {
  size: (a: ImageRecord, b: ImageRecord) => b.width * b.height - a.width * a.height,
  objects: (a: ImageRecord, b: ImageRecord) => b.objects.length - a.objects.length,
  name: (a: ImageRecord, b: ImageRecord) => byName(a.file, b.file),
};

function chooseImages({ images, classes }: Dataset, { split, class: names, sort }: Flags): ImageRecord[] {
  const wanted = names && new Set(names.map((name) => classNamed(name, classes)));
  const chosen = images.filter(
    (image) =>
      (split === undefined || image.split === split) &&
      (wanted === undefined ||
        image.objects.some((object) => wanted.has(object.class)) ||
        (image.labels ?? []).some((label) => wanted.has(label))),
  );
  if (chosen.length > 0) return sort ? chosen.sort(ORDERS[sort]) : chosen;
  const what = [...(split ? [`in ${split}`] : []), ...(names ? [`with ${names.join(" or ")}`] : [])].join(" ");
  throw new AnchorkitError(`none of the ${countOf(images.length, "image")} is ${what}`);
}

function classNamed(name: string, classes: readonly string[]): number {
  const index = classes.indexOf(name);
  if (index >= 0) return index;
  const meant = nearest(name, classes);
  const known = meant === undefined ? `the classes are ${classes.slice(0, 12).join(", ")}` : `did you mean "${meant}"?`;
  throw new UsageError(`there is no class "${name}"; ${known}`);
}

/** A picture with the labels of its image as a whole before the name, which is cut where it is too long. */
async function tileOf(
  { file, objects, labels, frames, width, height }: ImageRecord,
  classes: readonly string[],
  report: (error: AnchorkitError) => void,
): Promise<SheetImage> {
  const names = labels?.map((label) => classes[label] ?? "").join(", ");
  const whole = names === undefined ? "" : `${names === "" ? "no label" : names}: `;
  const count = objects.length > 0 || labels === undefined ? ` (${objects.length})` : "";
  const title = `${whole}${basename(file)}${count}`;
  if (!frames) return { image: file, labels: objects, title };
  const { clipStrip } = await import("../../report/clipStrip.ts");
  try {
    return { image: await clipStrip({ frames, size: { width, height } }, STRIP_HEIGHT), title };
  } catch (error) {
    if (!(error instanceof AnchorkitError)) throw error;
    report(error);
    return { image: EMPTY, title: "(a frame cannot be read)" };
  }
}

/** Of the frames of a clip, which are shown side by side. */
const STRIP_HEIGHT = 300;
const EMPTY = { data: new Uint8Array(3), width: 1, height: 1 };

type Versions = (image: ImageRecord, report: (error: AnchorkitError) => void) => Promise<SheetImage[]>;

/** Variations of an image; where one that goes into them cannot be read, empty places, and the reason to `report`. */
async function versionsOf(
  images: readonly ImageRecord[],
  augmentation: Augmentation,
  { size, draws, seed }: Flags,
): Promise<Versions> {
  const { chooseCanvas } = await import("../../data/images/chooseCanvas.ts");
  const { augmentedVersions } = await import("../../report/augmentedVersions.ts");
  const random = new Random(seed).fork("view");
  const versions = augmentedVersions(images, { augmentation, canvas: chooseCanvas(images, size), draws, random });
  const places = new Map(images.map((image, i) => [image, i]));
  return async (image, report) => {
    try {
      return await versions(places.get(image) ?? 0);
    } catch (error) {
      if (!(error instanceof AnchorkitError)) throw error;
      report(error);
      return Array.from({ length: draws }, () => ({ image: EMPTY, title: "(an image cannot be read)" }));
    }
  };
}
