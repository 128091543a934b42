import sharp, { type OverlayOptions as Layer } from "sharp";
import { z } from "zod";
import { writeFileAtomic } from "../../base/files.ts";
import type { Size } from "../../base/preprocessing.ts";
import { mapParallel } from "../../data/parallel.ts";
import type { Callback } from "../../training/callbacks/callback.ts";
import type { TrainingView } from "../../training/callbacks/trainingView.ts";
import type { FitValidation } from "../../training/loop/progress.ts";
import { RunFolder } from "../../training/run/runFolder.ts";
import { loadLabelFont } from "../labelFont.ts";
import { fromPixels } from "../picture.ts";
import { fitText, svgText } from "../svgText.ts";
import { type TilePicture, tilePicture } from "../tilePicture.ts";
import { chooseTiles, type ExampleTile, exampleTiles } from "./exampleTiles.ts";

/** Images in a row, and rows of validations, at most. */
const [IMAGES, ROWS] = [6, 6];
/** Of an image, and of the words before a row, in pixels. */
const PLACE: Size = { width: 200, height: 150 };
const [MARGIN, WORDS, FONT_SIZE, LINE] = [8, 136, 13, 18];
const [BACKGROUND, TEXT, MUTED] = ["#16181d", "#e8e8e8", "#9aa0a6"];

const State = z.object({
  /** The images, by their keys. */
  keys: z.array(z.string()),
  /** JPEG as base64: what is there, then what validations have found. */
  rows: z.array(z.object({ step: z.int(), strip: z.string() })),
});

/**
 * Draws what each validation has found in a few images, the same every time: one picture in the run folder, with a row
 * for the first validation, for some between, and for the newest. A validation waits for its row to be drawn, some
 * hundredths of a second; the picture is put together and written while the training goes on.
 *
 * @param score the metric that stands beside each row, and its name there
 */
export function progressSheet(score: { key: string; name: string }): Callback {
  let state: z.infer<typeof State> = { keys: [], rows: [] };
  const pictures = new Map<string, TilePicture>(); // of the images, decoded once
  let view: TrainingView | undefined;
  let writing: Promise<void> | undefined;
  return {
    name: "progressSheet",
    onBegin(training) {
      view = training;
    },
    async onValidation(validation) {
      const examples = view?.examples();
      if (!view || !examples) return undefined;
      const all = exampleTiles(examples, view.classes);
      const isFirst = state.keys.length === 0;
      const known = new Map(all.map((tile) => [tile.key, tile]));
      const chosen = isFirst ? chooseTiles(all, IMAGES) : state.keys.flatMap((key) => known.get(key) ?? []);
      if (chosen.length === 0) return undefined;
      await loadLabelFont();
      for (const { key, file, region } of chosen) {
        if (!pictures.has(key)) pictures.set(key, await tilePicture(file, PLACE, region));
      }
      const rows = isFirst
        ? [{ step: 0, strip: await drawStrip(chosen, "truth", pictures, ["labelled"]) }]
        : state.rows;
      const found = await drawStrip(chosen, "found", pictures, wordsOf(validation, score));
      const keys = isFirst ? chosen.map(({ key }) => key) : state.keys;
      state = { keys, rows: thinned([...rows, { step: validation.step, strip: found }]) };
      await writing;
      writing = writeSheet(
        new RunFolder(view.folder).progress,
        state.rows.map(({ strip }) => strip),
      );
      writing.catch(() => undefined); // thrown by the next one, or at the end
      return undefined;
    },
    onEnd: () => writing,
    state: () => state,
    restore(saved) {
      state = State.parse(saved);
    },
  };
}

function wordsOf({ epoch, metrics, best }: FitValidation, { key, name }: { key: string; name: string }): string[] {
  const value = metrics[key];
  return [
    `epoch ${epoch.toFixed(1)}`,
    ...(value === undefined ? [] : [`${name} ${value.toFixed(3)}`]),
    ...(best ? ["best so far"] : []),
  ];
}

/** The labelled row, the first and the newest, and of those between as many as there is room for, evenly in steps. */
function thinned<Row extends { step: number }>(rows: readonly Row[]): Row[] {
  if (rows.length <= ROWS + 1) return [...rows];
  const between = rows.slice(2, -1).map((_, i) => (rows[i + 3]?.step ?? 0) - (rows[i + 1]?.step ?? 0));
  const closest = 2 + between.indexOf(Math.min(...between)); // its neighbours would be the nearest without it
  return rows.filter((_, i) => i !== closest);
}

/** A row of images with a layer over each, and words before them, as JPEG in base64. */
async function drawStrip(
  tiles: readonly ExampleTile[],
  what: "found" | "truth",
  pictures: ReadonlyMap<string, TilePicture>,
  words: readonly string[],
): Promise<string> {
  let left = WORDS;
  const drawn = await mapParallel(tiles, 3, async (tile) => {
    const picture = pictures.get(tile.key);
    if (!picture) throw new Error(`progressSheet: ${tile.key} is not decoded`);
    const { width, height } = picture;
    const data = await fromPixels(picture)
      .composite([tile[what](picture)])
      .removeAlpha()
      .raw()
      .toBuffer();
    return { data, width, height };
  });
  const layers: Layer[] = drawn.map(({ data, width, height }) => {
    const layer = { input: data, raw: { width, height, channels: 3 as const }, left, top: Math.floor((PLACE.height - height) / 2) }; // prettier-ignore
    left += width + MARGIN;
    return layer;
  });
  const lines = words.map((text, i) => {
    const y = PLACE.height / 2 + (i - (words.length - 1) / 2) * LINE;
    return svgText(fitText(text, FONT_SIZE, WORDS - MARGIN), MARGIN, y, FONT_SIZE, i === 0 ? TEXT : MUTED);
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${left}" height="${PLACE.height}">${lines.join("")}</svg>`;
  const strip = sharp({ create: { width: left, height: PLACE.height, channels: 3, background: BACKGROUND } });
  const jpeg = strip.composite([...layers, { input: Buffer.from(svg), left: 0, top: 0 }]).jpeg({ quality: 88, chromaSubsampling: "4:4:4" }); // prettier-ignore
  return (await jpeg.toBuffer()).toString("base64");
}

async function writeSheet(file: string, strips: readonly string[]): Promise<void> {
  const images = strips.map((strip) => Buffer.from(strip, "base64"));
  const [first] = images;
  if (!first) return;
  const { width } = await sharp(first).metadata();
  const height = MARGIN + images.length * (PLACE.height + MARGIN);
  const layers = images.map((input, i) => ({ input, left: 0, top: MARGIN + i * (PLACE.height + MARGIN) }));
  const sheet = sharp({ create: { width, height, channels: 3, background: BACKGROUND } }).composite(layers);
  await writeFileAtomic(file, await sheet.jpeg({ quality: 80, chromaSubsampling: "4:4:4" }).toBuffer());
}
