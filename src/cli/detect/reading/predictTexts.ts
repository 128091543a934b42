import { join } from "node:path";
import { writeFileAtomic } from "../../../base/files.ts";
import { count, countOf } from "../../../base/words.ts";
import { csvText } from "../../../data/records/csvRows.ts";
import type { DecodeOptions } from "../../../sequence/reading/decode.ts";
import type { TextReader } from "../../../sequence/reading/textReader.ts";
import { printJson } from "../../options.ts";
import { CLASS_PREDICTIONS } from "../classification/predictClasses.ts";
import type { ImageFile } from "../imageFiles.ts";
import { overviewLine, writeOverview } from "../overview.ts";
import { OVERVIEW } from "../pictureNames.ts";
import { type BrokenFile, predictAll } from "../predictAll.ts";

/** An image and the text in it, as it is written. */
interface Read {
  file_name: string;
  width: number;
  height: number;
  text: string;
  confidence: number;
}

interface Flags {
  out: string;
  json?: true | undefined;
  /** Whether the overview is drawn, and whether texts stand in it. */
  images: boolean;
  names: boolean;
}

/** Lines that are printed, at most. */
const SHOWN = 20;

/** Reads each image: predictions.json, predictions.csv, overview.jpg, and lines on stdout. */
export async function predictTexts(
  reader: TextReader,
  files: readonly ImageFile[],
  decoding: DecodeOptions,
  { out, json, images, names }: Flags,
): Promise<{ broken: number }> {
  const started = performance.now();
  const { read, paths, broken } = await readAll(reader, files, decoding);
  const seconds = (performance.now() - started) / 1000;
  const [predictions, table] = [join(out, CLASS_PREDICTIONS.json), join(out, CLASS_PREDICTIONS.csv)];
  await writeFileAtomic(predictions, `${JSON.stringify({ images: read }, undefined, 2)}\n`);
  const rows = read.map(({ file_name, text, confidence }) => [file_name, text, confidence]);
  await writeFileAtomic(table, csvText([["file", "text", "confidence"], ...rows]));
  const imagesPerSecond = files.length / seconds;
  const sheet = images && read.length > 0 ? join(out, OVERVIEW) : undefined;
  if (sheet !== undefined) {
    const pictures = read.map((one, i) => ({ image: paths[i] ?? "", title: names ? titleOf(one) : one.file_name }));
    await writeOverview(sheet, pictures, [], { scoreThreshold: 0, names });
  }
  if (json) printJson({ predictions, table, sheet, images: read, broken, seconds, imagesPerSecond });
  else {
    const lines = read.slice(0, SHOWN).map((one) => `${one.file_name}: ${one.text} ${one.confidence.toFixed(3)}`);
    const more = read.length > SHOWN ? [`… ${count(read.length - SHOWN)} more in the files`] : [];
    const rate = `${imagesPerSecond.toFixed(1)} images/s (decoding included)`;
    const ends = [`${countOf(read.length, "image")}, ${rate}`, `predictions: ${predictions}, ${table}`];
    if (sheet !== undefined) ends.push(overviewLine(sheet, read.length));
    process.stdout.write(`${[...lines, ...more, ...ends].join("\n")}\n`);
  }
  return { broken: broken.length };
}

/** The text comes first, as file names may be long. */
function titleOf({ text, confidence, file_name }: Read): string {
  return `${text || "nothing"} ${confidence.toFixed(2)}  ${file_name}`;
}

async function readAll(
  reader: TextReader,
  files: readonly ImageFile[],
  decoding: DecodeOptions,
): Promise<{ read: Read[]; paths: string[]; broken: BrokenFile[] }> {
  const read: Read[] = [];
  const paths: string[] = []; // of those
  const predictions = reader.predictFiles(
    files.map(({ file }) => file),
    decoding,
  );
  const broken = await predictAll(predictions, files, {
    doing: "reading",
    each({ file, size, text, confidence }, { name }) {
      read.push({ file_name: name, ...size, text, confidence });
      paths.push(file);
    },
  });
  return { read, paths, broken };
}
