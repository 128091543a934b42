import { AnchorkitError } from "../../base/errors.ts";
import type { Size } from "../../base/preprocessing.ts";
import { transformPoint } from "../augment/apply/matrix.ts";
import type { Augmentation } from "../augment/description.ts";
import type { ImageStore } from "../images/imageStore.ts";
import type { WarpedBatch } from "./warpedBatch.ts";
import { layerOf, warpedBatches, type WarpedOptions, type WarpedSource } from "./warpedBatches.ts";

/** What readers learn of a batch. */
export interface TextTargets {
  /** [batch, longest]: the characters of each text by their indices, -1 behind them. */
  texts: Int32Array;
  /** [batch]: how much of the canvas the images take up, from its left, in pixels. */
  widths: Float32Array;
}

/** A batch for readers: images, and the text in each. */
export type TextBatch = WarpedBatch & TextTargets;

export interface TextBatchOptions extends WarpedOptions {
  /** The characters of each image's text, as indices. */
  texts: readonly Int32Array[];
  /** Room for the characters of a text. */
  longest: number;
  /** The pixels of the canvas that the text of an image needs at least. */
  leastWidth: (text: Int32Array) => number;
}

/** What makes of a text one that reads otherwise, or of two images one. */
const MISLEADING: ReadonlySet<string> = new Set(["flip", "turn", "crop", "mosaic", "mixup", "copyPaste"]);

/** @throws AnchorkitError for an augmentation after which an image does not show its text any more */
export function textBatches(store: ImageStore, options: TextBatchOptions): WarpedSource<TextBatch> {
  const { batch, augmentation, preprocessing, texts, longest, leastWidth } = options;
  refuseMisleading(augmentation);
  return warpedBatches<TextTargets>(store, options, {
    empty: () => ({ texts: new Int32Array(batch * longest).fill(-1), widths: new Float32Array(batch) }),
    set(made, { slot, index, draw }) {
      const text = texts[index] ?? new Int32Array();
      made.texts.set(text, slot * longest);
      const right = rightEdge(store.record(index), layerOf(draw).matrix);
      made.widths[slot] = Math.min(Math.max(right, leastWidth(text)), preprocessing.canvas.width);
    },
  });
}

function refuseMisleading({ operations }: Augmentation): void {
  const wrong = operations.find(({ name }) => MISLEADING.has(name));
  if (!wrong) return;
  throw new AnchorkitError(
    `augmentation: after ${wrong.name} an image does not show its text any more: a reader cannot learn from that`,
  );
}

/** The last column that an image reaches on the canvas. */
function rightEdge({ width, height }: Size, matrix: Parameters<typeof transformPoint>[0]): number {
  const corners = [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ].map(([x = 0, y = 0]) => transformPoint(matrix, x, y)[0]);
  return Math.ceil(Math.max(...corners) - ROUNDING);
}

/** A whole number that a product misses by so little is that number. */
const ROUNDING = 1e-6;
