import type { Framing } from "../../base/preprocessing.ts";
import { weightsByClass } from "../../core/classColumns.ts";
import { disposeWeights } from "../../core/namedWeights.ts";
import type { Augmentation } from "../../data/augment/description.ts";
import { type Flip, READER_PRESETS, withFlip } from "../../data/augment/presets.ts";
import { type TextBatch, textBatches } from "../../data/batches/textBatches.ts";
import type { Dataset } from "../../data/dataset.ts";
import { channelStatistics } from "../../data/images/channelStatistics.ts";
import { ImageStore } from "../../data/images/imageStore.ts";
import { imagesIn } from "../../data/split/splits.ts";
import type { Recipe } from "../../training/recipe.ts";
import { startOf, tuneNetwork } from "../../training/start/fineTuning.ts";
import { anyGiven, withGiven } from "../../training/start/givenOptions.ts";
import type { PrepareContext, Prepared } from "../../training/trainOptions.ts";
import type { ReaderDescription } from "./description.ts";
import { framesOf } from "./frames.ts";
import { chooseLineCanvas, leastWidth, requireFrames, widthBuckets } from "./lines.ts";
import { lossFeeds, lossInputs, readerLosses, type ReaderLossOptions } from "./losses.ts";
import { measureReader, validationOf } from "./measure.ts";
import { buildReader, CHARACTER_LAYERS } from "./network.ts";
import type { ReaderOptions } from "./options.ts";
import { predictStep } from "./predictStep.ts";
import { alphabetOf, indicesOf, readerData, type TextImage, unknownCharacters } from "./readerData.ts";
import { readLabelled } from "./readLabelled.ts";
import { readReaderDescription } from "./readReader.ts";

export interface ReaderTaskOptions extends ReaderOptions {
  /** The name of the model. */
  model: string;
  /** Images in a step. */
  batch: number;
  /** How training images are varied; the preset `default` of readers unless told. */
  augmentation?: Augmentation;
  /** Mirrors, of which a reader can have none. */
  flip?: Flip;
}

/** Images that prediction runs on at once while training. */
const PREDICT_BATCH = 32;
/** Training images are kept this much larger than they lie on the canvas, to be turned without blur. */
const OVERSIZE = 1.25;

/**
 * At a lower rate CTC stays long where it begins, reading nothing but blanks. Normalisation is never frozen: a batch holds
 * thousands of columns, so that its statistics are those of the data. The averaged weights follow quickly, as a training
 * is short; the raw ones are measured beside them.
 */
const RECIPE: Partial<Recipe> = {
  peakRate: 5e-3,
  phases: [{ name: "batch", from: 0, statistics: "batch" }],
  average: { every: 5, keep: 0.98, compare: true },
};

/**
 * A reader of the texts of a data set, see readerData. Alphabet, canvas and channel statistics are chosen for the training
 * images, or are those of the model that it goes on from, whose alphabet gets the new characters behind its own.
 *
 * @throws AnchorkitError where a training text needs more frames than its image has
 */
export async function readerTask(
  given: Dataset,
  options: ReaderTaskOptions,
  context: PrepareContext,
): Promise<Prepared<TextBatch>> {
  const { random, model } = context;
  const { threads, ...loading } = context.loading;
  const begun = model === undefined ? undefined : await readReaderDescription(model);
  const { images: all, margin, notes } = readerData(given, begun?.margin);
  const [images, held] = (["train", "val"] as const).map((split) => ofSplit(given, all, split)) as [
    TextImage[],
    TextImage[],
  ];
  const learnt = alphabetOf(images);
  const classes = begun ? [...new Set([...begun.classes, ...learnt])] : learnt;
  const architecture = withGiven(context, begun?.architecture ?? architectureOf(options), options);
  const framing: Framing =
    begun && !anyGiven(context, "size", "height")
      ? begun.preprocessing
      : { canvas: chooseLineCanvas(images, classes, { ...options, height: architecture.height }), resize: "line" };
  const { canvas } = framing;
  requireFrames(images, classes, framing);
  const network = buildReader(architecture, classes.length, random.fork("weights"));
  const start = startOf(context);
  const tuning = tuneNetwork("reading", network, start, options);
  const store = new ImageStore(images, framing, { ...loading, oversize: OVERSIZE });
  const validation = new ImageStore(held, framing, loading);
  const preprocessing = { ...(begun?.preprocessing ?? (await channelStatistics(store))), ...framing };
  const description: ReaderDescription = {
    format: "anchorkit-reader",
    version: 1,
    ...{ model: options.model, classes, architecture, preprocessing },
    ...(margin !== undefined && { margin }),
  };
  const { augmentation = READER_PRESETS.default, flip, batch } = options;
  const texts = images.map(({ text }) => indicesOf(text, classes));
  const longest = texts.reduce((most, { length }) => Math.max(most, length), 1);
  const { buckets, widths } = widthBuckets(images, framing, batch);
  const source = textBatches(store, {
    ...{ batch, preprocessing, threads, texts, longest, leastWidth, buckets },
    augmentation: flip ? withFlip(augmentation, flip) : augmentation,
    random: random.fork("batches"),
  });
  const lossOptions: ReaderLossOptions = {
    ...{ network, preprocessing, batch, longest },
    ...{ stored: source.stored, mixesColours: source.mixesColours },
  };
  const unknown = unknownCharacters(held, classes, "the validation images");
  return {
    kind: "reading",
    description,
    network: network.model,
    batches: source,
    shapes: Object.fromEntries(widths.map((width) => [String(width), lossInputs(lossOptions)])),
    shapeOf: ({ widths: taken }) => String(widths.find((width) => Math.max(...taken) <= width) ?? canvas.width),
    feeds: (made) => lossFeeds(made, lossOptions),
    losses: (inputs, width) => readerLosses(inputs, lossOptions, Number(width)),
    predict: predictStep({ network, preprocessing, batch: PREDICT_BATCH }),
    async validate(run) {
      return validationOf(
        measureReader(await readLabelled(run, PREDICT_BATCH, validation, description), { resamples: 1 }),
      );
    },
    recipe: { ...RECIPE, ...tuning },
    built: { model: options.model, ...architecture, size: canvas.width, ...(start && { begunWith: start }) },
    notes: unknown === undefined ? notes : [...notes, unknown],
    ...(begun && {
      adaptWeights: (weights) =>
        weightsByClass(weights, network.model, {
          before: begun.classes,
          after: classes,
          layers: Object.values(CHARACTER_LAYERS).map((layer) => ({ layer, trailing: 1 })),
        }),
    }),
    summary: `input ${canvas.width} x ${canvas.height}, ${framesOf(canvas.width)} frames; ${described(classes)}`,
    dispose() {
      disposeWeights(network.model);
    },
  };
}

function ofSplit(given: Dataset, all: readonly TextImage[], split: "train" | "val"): TextImage[] {
  return imagesIn({ ...given, images: [...all] }, split) as TextImage[];
}

function architectureOf({ height, cell, layers, units, dropout }: ReaderOptions) {
  return { height, cell, layers, units, dropout };
}

/** "36 characters: 0123…", cut after some dozens. */
function described(alphabet: readonly string[]): string {
  const shown = alphabet.slice(0, SHOWN).join("");
  const more = alphabet.length > SHOWN ? "…" : "";
  return `${alphabet.length} ${alphabet.length === 1 ? "character" : "characters"}: ${shown}${more}`;
}

/** Characters that are printed, at most. */
const SHOWN = 72;
