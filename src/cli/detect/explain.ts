import { UsageError } from "../../base/errors.ts";
import { join } from "node:path";
import type { Command } from "commander";
import { writeFileAtomic } from "../../base/files.ts";
import type { Preprocessing, Size } from "../../base/preprocessing.ts";
import { count } from "../../base/words.ts";
import type { DetectorOptions } from "../../detection/detector.ts";
import type { Predictor } from "../../models.ts";
import type { Explanation, FileExplanation } from "../../training/explaining.ts";
import { defined } from "../../base/defined.ts";
import {
  addCommonOptions,
  addDetectorOptions,
  addExamples,
  addOverwriteOption,
  numberIn,
  printJson,
  requireOptions,
  requireThere,
} from "../options.ts";
import { type Fitting, requireFitting } from "./fitting.ts";
import { type ImageFile, listImageFiles } from "./imageFiles.ts";
import { overviewLine, writeOverview } from "./overview.ts";
import { OVERVIEW, pictureNames } from "./pictureNames.ts";
import { type BrokenFile, endWith, predictAll } from "./predictAll.ts";
import { resultFolder } from "./resultFolder.ts";
import {
  askedThresholds,
  requireOneThreshold,
  type ScoreThresholds,
  type Thresholds,
  thresholdsIn,
  thresholdsLine,
} from "./thresholds.ts";
import { writePictures } from "./writePictures.ts";

interface Flags extends DetectorOptions {
  weights: string;
  out: string;
  class?: string;
  layer?: string;
  most?: number;
  score?: number;
  thresholds?: Thresholds;
  overwrite?: true;
  json?: true;
}

/** An image that was explained, and the name of its picture. */
interface Explained {
  file: string;
  name: string;
  size: Size;
  explanations: readonly Explanation[];
  picture: string;
}

const FITTING: Fitting = { score: ["detection"], thresholds: ["detection"] };
const EXPLANATIONS = "explain.json";
/** Images of which a line is printed, at most. */
const SHOWN = 20;

/** `detect explain` */
export function addExplain(program: Command): void {
  const command = program
    .command("explain")
    .description("Show which parts of images speak for what a model says of them (Grad-CAM): pictures with heat maps")
    .argument("<images...>", 'image files, folders, or patterns such as "shots/**/*.jpg"')
    .option("--weights <run>", "run folder that detect train wrote")
    .option("--out <folder>", "folder to write to")
    .option("--class <name>", "explain this class (default: what the model says)")
    .option(
      "--layer <name>",
      "the layer whose map is looked at (default: the backbone's last one; for small detections a finer one)",
    )
    .option(
      "--most <n>",
      "explanations of an image at most: detections (default: 9), or labels (default: 3)",
      numberIn({ whole: true, min: 1, max: 100 }),
    )
    .option("--score <s>", "leave out detections with a lower score", numberIn({ min: 0, max: 1 }))
    .option("--thresholds <which>", "scores from which detections count, as in detect predict", thresholdsIn(["val"]));
  requireOptions(command, "weights", "out");
  addDetectorOptions(command);
  addOverwriteOption(command);
  addCommonOptions(command).action(explain);
  addExamples(
    command,
    "detect explain photo.jpg --weights runs/cells --out explained",
    "detect explain shots --weights runs/pets --class cat --out explained",
  );
}

async function explain(paths: string[], flags: Flags, command: Command): Promise<void> {
  const { weights, out, json } = flags;
  requireOneThreshold(flags);
  requireThere({ weights });
  const { kindOfRun, openPredictor } = await import("./openPredictor.ts");
  const kind = await kindOfRun(weights);
  requireFitting(command, FITTING, kind);
  if (kind === "segmentation") {
    throw new UsageError(`${weights}: its model says of each pixel what it is: detect predict draws that`);
  }
  if (kind !== "detection" && kind !== "classification") {
    throw new UsageError(`${weights}: detect explain is for detectors and for classifiers of images`);
  }
  const files = await listImageFiles(paths);
  const pictures = pictureNames(files.map(({ name }) => name));
  const names = [EXPLANATIONS, OVERVIEW, ...pictures];
  const output = await resultFolder({ ...flags, command: "detect explain", paths, files }, names);
  const model = await openPredictor(weights, flags);
  const { classes, description } = model;
  const thresholds = model.kind === "detection" ? askedThresholds(model.description, weights, flags) : undefined;
  const { explained, broken } = await explainAll(predictions(model, files, flags, thresholds), files, pictures);
  model.dispose();

  const document = {
    ...{ weights, model: description.model, classes },
    ...(thresholds && { thresholds: { chosen: thresholds.words, scores: thresholds.scores } }),
    images: explained.map((one) => recordOf(one, classes)),
  };
  const sheet = await output.write(async () => {
    await writeFileAtomic(join(out, EXPLANATIONS), `${JSON.stringify(document, undefined, 2)}\n`);
    return drawAll(explained, classes, description.preprocessing, out);
  }, names);

  if (json) printJson({ ...document, explanations: join(out, EXPLANATIONS), sheet, broken });
  else {
    const lines = explained
      .slice(0, SHOWN)
      .map(({ name, explanations }) => `${name}: ${wordsOf(explanations, classes)}`);
    if (explained.length > SHOWN) lines.push(`… ${count(explained.length - SHOWN)} more in the file`);
    if (thresholds) lines.push(thresholdsLine(thresholds, classes));
    lines.push(`explanations: ${join(out, EXPLANATIONS)}`);
    if (sheet !== undefined) lines.push(`pictures: ${out}`, overviewLine(sheet, drawn(explained).length));
    process.stdout.write(`${lines.join("\n")}\n`);
  }
  endWith(broken.length, files);
}

function predictions(
  model: Predictor,
  files: readonly ImageFile[],
  flags: Flags,
  thresholds: ScoreThresholds | undefined,
): AsyncGenerator<FileExplanation> {
  const paths = files.map(({ file }) => file);
  const options = defined({ class: flags.class, layer: flags.layer, most: flags.most });
  if (model.kind !== "detection" && model.kind !== "classification")
    throw new Error(`a model for ${model.kind} is not explained`);
  if (model.kind === "detection")
    return model.explainFiles(paths, { ...options, scoreThreshold: thresholds?.scores ?? 0 });
  return model.explainFiles(paths, options);
}

async function explainAll(
  given: AsyncGenerator<FileExplanation>,
  files: readonly ImageFile[],
  pictures: readonly string[],
): Promise<{ explained: Explained[]; broken: BrokenFile[] }> {
  const explained: Explained[] = [];
  const broken = await predictAll(given, files, {
    doing: "explaining",
    each(one, { name }, number) {
      explained.push({ ...one, name, picture: pictures[number - 1] ?? name });
    },
  });
  return { explained, broken };
}

/** Those of which there is something to draw. */
function drawn(explained: readonly Explained[]): Explained[] {
  return explained.filter(({ explanations }) => explanations.length > 0);
}

/** Draws each image, and an overview of the first ones; answers the overview's path. */
async function drawAll(
  explained: readonly Explained[],
  classes: readonly string[],
  preprocessing: Preprocessing,
  out: string,
): Promise<string | undefined> {
  const shown = drawn(explained);
  if (shown.length === 0) return undefined;
  const { drawExplanations } = await import("../../report/explanation/drawExplanations.ts");
  const drawings = shown.map(({ file, name, explanations, picture }) => {
    const parts = explanations.map((one) => ({ ...one, title: wordsOf([one], classes) }));
    return { name, picture, draw: () => drawExplanations(file, parts, preprocessing) };
  });
  await writePictures(out, drawings);
  const sheet = join(out, OVERVIEW);
  const images = shown.map(({ name, picture }) => ({ image: join(out, picture), title: name }));
  await writeOverview(sheet, images, classes, { scoreThreshold: 0, names: false });
  return sheet;
}

function wordsOf(explanations: readonly Explanation[], classes: readonly string[]): string {
  if (explanations.length === 0) return "nothing to explain";
  return explanations
    .map(
      ({ class: k, score, peak }) =>
        `${classes[k] ?? ""} ${score.toFixed(2)}${peak ? "" : ", for which nothing speaks"}`,
    )
    .join(", ");
}

function recordOf({ name, size, explanations, picture }: Explained, classes: readonly string[]): object {
  return {
    file_name: name,
    ...size,
    ...(explanations.length > 0 && { picture }),
    explanations: explanations.map(({ class: k, score, box, layer, map, peak }) => ({
      class: classes[k],
      ...(box ? { score, box } : { probability: score }),
      layer,
      map: { width: map.width, height: map.height },
      peak: peak ? { x: peak.x, y: peak.y } : null,
    })),
  };
}
