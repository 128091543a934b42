import { join } from "node:path";
import { stringify } from "csv-stringify/sync";
import { count, countOf } from "../../../base/words.ts";
import { writeFileAtomic } from "../../../base/files.ts";
import type { Classifier, FileClassification } from "../../../classification/classifier.ts";
import type { ClassifierDescription } from "../../../classification/description.ts";
import { namedClasses } from "../../../classification/namedClasses.ts";
import { printJson } from "../../options.ts";
import type { SheetImage } from "../../../report/contactSheet.ts";
import type { ImageFile } from "../imageFiles.ts";
import type { Thresholds } from "../thresholds.ts";
import { askedClassThresholds } from "./classThresholds.ts";
import { overviewLine, writeOverview } from "../overview.ts";
import { OVERVIEW, PREDICTIONS } from "../pictureNames.ts";
import { type BrokenFile, predictAll } from "../predictAll.ts";

/** What is written beside each other. */
export const CLASS_PREDICTIONS = { json: PREDICTIONS, csv: "predictions.csv" } as const;

/** An image and what it shows, as it is written. */
interface Named {
  file_name: string;
  width: number;
  height: number;
  /** Names and probabilities, most probable first: the class, or all that the image shows. */
  classes: { name: string; probability: number }[];
  /** Of all classes, in their order. */
  probabilities: number[];
  /** x1, y1, x2, y2 in pixels, of classifiers that learnt boxes. */
  box?: readonly number[];
}

interface Flags {
  out: string;
  json?: true | undefined;
  weights: string;
  thresholds?: Thresholds;
  /** Whether the overview is drawn, and whether classes and probabilities stand in it. */
  images: boolean;
  names: boolean;
}

/** Says of each image what it shows: predictions.json, predictions.csv, overview.jpg, and lines on stdout. */
export async function predictClasses(
  classifier: Classifier,
  files: readonly ImageFile[],
  { out, json, images, names, weights, thresholds: asked }: Flags,
): Promise<{ broken: number }> {
  const { classes } = classifier;
  const described = askedClassThresholds(classifier.description, weights, asked);
  const started = performance.now();
  const { named, paths, broken } = await classifyAll(classifier, described, files);
  const seconds = (performance.now() - started) / 1000;
  const predictions = join(out, CLASS_PREDICTIONS.json);
  const { thresholds } = described;
  const table = join(out, CLASS_PREDICTIONS.csv);
  await writeFileAtomic(
    predictions,
    `${JSON.stringify({ classes, ...(thresholds && { thresholds }), images: named }, undefined, 2)}\n`,
  );
  await writeFileAtomic(table, csvOf(named, classes));
  const imagesPerSecond = files.length / seconds;
  const sheet = images && named.length > 0 ? join(out, OVERVIEW) : undefined;
  if (sheet !== undefined) {
    const pictures = named.map((one, i) => sheetImage(paths[i] ?? "", one, classes, names));
    await writeOverview(sheet, pictures, classes, { scoreThreshold: 0, names });
  }
  if (json) printJson({ predictions, table, sheet, classes, images: named, broken, seconds, imagesPerSecond });
  else {
    const lines = named.slice(0, SHOWN).map(({ file_name, classes: shown }) => `${file_name}: ${wordsOf(shown)}`);
    const more = named.length > SHOWN ? [`… ${count(named.length - SHOWN)} more in the files`] : [];
    const rate = `${imagesPerSecond.toFixed(1)} images/s (decoding included)`;
    const ends = [`${countOf(named.length, "image")}, ${rate}`, `predictions: ${predictions}, ${table}`];
    if (sheet !== undefined) ends.push(overviewLine(sheet, named.length));
    process.stdout.write(`${[...lines, ...more, ...ends].join("\n")}\n`);
  }
  return { broken: broken.length };
}

/** Lines that are printed, at most. */
const SHOWN = 20;

function wordsOf(shown: Named["classes"]): string {
  if (shown.length === 0) return "none of the classes";
  return shown.map(({ name, probability }) => `${name} ${probability.toFixed(3)}`).join(", ");
}

/** Classes that are named in a title, at most: the file's name stands there, too. */
const TITLED = 2;

/** What it shows comes first in the title, as file names may be long; a box is drawn in the colour of its class. */
function sheetImage(
  file: string,
  { file_name, classes: shown, box }: Named,
  classes: readonly string[],
  names: boolean,
): SheetImage {
  const [first] = shown;
  const detections = box &&
    first && { boxes: box, scores: [first.probability], classes: [classes.indexOf(first.name)] };
  const words = shown.slice(0, TITLED).map(({ name, probability }) => `${name} ${probability.toFixed(2)}`);
  if (shown.length > TITLED) words.push(`+${shown.length - TITLED}`);
  const title = names ? `${words.join(", ") || "none of the classes"}  ${file_name}` : file_name;
  return { image: file, title, ...(detections && { detections }) };
}

function csvOf(named: readonly Named[], classes: readonly string[]): string {
  const head = ["file", "class", "probability", ...classes];
  const rows = named.map(({ file_name, classes: shown, probabilities }) => [
    ...[file_name, shown.map(({ name }) => name).join(";"), shown[0]?.probability ?? ""],
    ...probabilities,
  ]);
  return stringify([head, ...rows]);
}

async function classifyAll(
  classifier: Classifier,
  description: ClassifierDescription,
  files: readonly ImageFile[],
): Promise<{ named: Named[]; paths: string[]; broken: BrokenFile[] }> {
  const named: Named[] = [];
  const paths: string[] = []; // of those
  const predictions = classifier.predictFiles(files.map(({ file }) => file));
  const broken = await predictAll(predictions, files, {
    doing: "classifying",
    each(found, { name }) {
      named.push(namedOf(found, name, description));
      paths.push(found.file);
    },
  });
  return { named, paths, broken };
}

function namedOf(
  found: Exclude<FileClassification, { error: unknown }>,
  name: string,
  description: ClassifierDescription,
): Named {
  const { size, probabilities, box } = found;
  const shown = namedClasses(found, description);
  return {
    file_name: name,
    ...size,
    classes: shown.map((k) => ({ name: description.classes[k] ?? "", probability: probabilities[k] ?? 0 })),
    probabilities: [...probabilities],
    ...(box && { box }),
  };
}
