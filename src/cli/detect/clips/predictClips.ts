import { join } from "node:path";
import { stringify } from "csv-stringify/sync";
import { writeFileAtomic } from "../../../base/files.ts";
import { count, countOf } from "../../../base/words.ts";
import { frameLabel } from "../../../data/images/clipFrames.ts";
import type { ClipClassifier, FileClip } from "../../../sequence/clips/clipClassifier.ts";
import type { SheetImage } from "../../../report/contactSheet.ts";
import { CLASS_PREDICTIONS } from "../classification/predictClasses.ts";
import { overviewLine, SHEET_IMAGES, writeOverview } from "../overview.ts";
import { OVERVIEW } from "../pictureNames.ts";
import { type BrokenFile, predictAll } from "../predictAll.ts";
import { printJson } from "../../options.ts";
import type { NamedSource } from "./listClips.ts";

interface Flags {
  out: string;
  json?: true | undefined;
  /** Whether the overview is drawn, and whether classes and probabilities stand in it. */
  images: boolean;
  names: boolean;
}

/** A class and how probable it is. */
interface Told {
  class: string;
  probability: number;
}

/** A clip and what it shows, as it is written. */
interface NamedClip extends Told {
  file_name: string;
  width: number;
  height: number;
  frames: number;
  /** Of all classes, in their order. */
  probabilities: number[];
  /** With a class for each frame. */
  per_frame?: (Told & { frame: string })[];
}

type Seen = Exclude<FileClip, { error: unknown }>;

/** Says of each clip what it shows: predictions.json, predictions.csv, overview.jpg, and lines on stdout. */
export async function predictClips(
  model: ClipClassifier,
  clips: readonly NamedSource[],
  { out, json, images, names }: Flags,
): Promise<{ broken: number }> {
  const { classes } = model;
  const started = performance.now();
  const named: NamedClip[] = [];
  const sheetClips: { seen: Seen; named: NamedClip }[] = [];
  let frames = 0;
  const broken: BrokenFile[] = await predictAll(model.predictFiles(clips.map(({ source }) => source)), clips, {
    ...{ doing: "classifying", noun: "clip" },
    each(seen, { name }) {
      const one = namedClip(seen, name, classes);
      named.push(one);
      frames += one.frames;
      if (sheetClips.length < SHEET_IMAGES) sheetClips.push({ seen, named: one });
    },
  });
  const seconds = (performance.now() - started) / 1000;
  const predictions = join(out, CLASS_PREDICTIONS.json);
  const table = join(out, CLASS_PREDICTIONS.csv);
  await writeFileAtomic(predictions, `${JSON.stringify({ classes, clips: named }, undefined, 2)}\n`);
  await writeFileAtomic(table, csvOf(named, classes, model.description.architecture.perFrame));
  const sheet = images && named.length > 0 ? join(out, OVERVIEW) : undefined;
  if (sheet !== undefined) {
    const pictures = await Promise.all(sheetClips.map((one) => sheetClip(one.seen, one.named, names)));
    await writeOverview(sheet, pictures, classes, { scoreThreshold: 0, names, total: named.length, noun: "clip" });
  }
  if (json) {
    printJson({ predictions, table, sheet, classes, clips: named, broken, seconds, framesPerSecond: frames / seconds });
    return { broken: broken.length };
  }
  const lines = named.slice(0, SHOWN).map((one) => `${one.file_name}: ${wordsOf(one)}`);
  if (named.length > SHOWN) lines.push(`… ${count(named.length - SHOWN)} more in the files`);
  lines.push(`${countOf(named.length, "clip")}, ${(frames / seconds).toFixed(1)} frames/s (decoding included)`);
  lines.push(`predictions: ${predictions}, ${table}`);
  if (sheet !== undefined) lines.push(overviewLine(sheet, named.length, "clip"));
  process.stdout.write(`${lines.join("\n")}\n`);
  return { broken: broken.length };
}

/** Lines that are printed, at most. */
const SHOWN = 20;
/** Stretches of frames that are named in a line, at most. */
const STRETCHES = 4;
/** Pixels of a strip in the overview. */
const STRIP_HEIGHT = 200;

function wordsOf({ per_frame, ...whole }: NamedClip): string {
  if (!per_frame) return `${whole.class} ${whole.probability.toFixed(3)}`;
  const stretches: { name: string; frames: number }[] = [];
  for (const { class: name } of per_frame) {
    const last = stretches.at(-1);
    if (last?.name === name) last.frames++;
    else stretches.push({ name, frames: 1 });
  }
  const shown = stretches.slice(0, STRETCHES).map(({ name, frames }) => `${name} (${countOf(frames, "frame")})`);
  const more = stretches.length > STRETCHES ? ", …" : "";
  return shown.join(", ") + more;
}

function namedClip({ clip, probabilities, frames: each }: Seen, name: string, classes: readonly string[]): NamedClip {
  const { width, height, frames = [] } = clip;
  return {
    ...{ file_name: name, width, height, frames: frames.length },
    ...mostProbable(probabilities, classes),
    probabilities: [...probabilities],
    ...(each && {
      per_frame: each.map((row, i) => ({ frame: frameLabel(frames[i], i), ...mostProbable(row, classes) })),
    }),
  };
}

function mostProbable(probabilities: Float32Array, classes: readonly string[]): Told {
  const best = probabilities.indexOf(Math.max(...probabilities));
  return { class: classes[best] ?? "", probability: probabilities[best] ?? NaN };
}

/** A row for each clip, or for each frame. */
function csvOf(named: readonly NamedClip[], classes: readonly string[], perFrame: boolean): string {
  if (perFrame) {
    const rows = named.flatMap(({ file_name, per_frame = [] }) =>
      per_frame.map(({ frame, class: name, probability }) => [file_name, frame, name, probability]),
    );
    return stringify([["file", "frame", "class", "probability"], ...rows]);
  }
  const rows = named.map(({ file_name, class: name, probability, probabilities }) => [
    ...[file_name, name, probability],
    ...probabilities,
  ]);
  return stringify([["file", "class", "probability", ...classes], ...rows]);
}

async function sheetClip({ clip }: Seen, named: NamedClip, names: boolean): Promise<SheetImage> {
  const { clipStrip } = await import("../../../report/clipStrip.ts");
  const { frames = [], width, height } = clip;
  const image = await clipStrip({ frames, size: { width, height } }, STRIP_HEIGHT);
  const { file_name: name } = named;
  return { image, title: names ? `${wordsOf(named)}  ${name}` : name };
}
