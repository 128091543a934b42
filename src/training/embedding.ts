import * as tf from "@tensorflow/tfjs";
import { readFile } from "node:fs/promises";
import { AnchorkitError } from "../base/errors.ts";
import { type Framing, placeOnCanvas, type Preprocessing, type Size } from "../base/preprocessing.ts";
import { systemErrorAt } from "../base/systemErrors.ts";
import { weightsOf } from "../core/namedWeights.ts";
import { packBytes } from "../core/ops/bytes.ts";
import { canvasInput, canvasSpec } from "../core/ops/images.ts";
import { shownPath } from "../data/files.ts";
import { canvasBatch } from "../data/images/canvasImages.ts";
import { CHUNKS_AHEAD, chunksOf, type FittedImage, fittedImage } from "../data/images/fittedFiles.ts";
import { decodeImage } from "../data/images/images.ts";
import { prefetch } from "../data/prefetch.ts";
import { compileProgram, type Program } from "../engine/graph/program.ts";
import type { Step } from "../engine/graph/step.ts";

/** Where a network has what it makes of an image. */
export interface EmbeddingOptions {
  /** Holds the weights. */
  network: tf.LayersModel;
  /**
   * The last map of its features, [n, h, w, channels], of images on the canvas as the network takes them, [n, height,
   * width, 3], and of the widths of lines of text there, [n, 1].
   */
  features: (images: tf.Tensor4D, widths: tf.Tensor2D) => tf.Tensor4D;
  preprocessing: Preprocessing;
  /** Images that run at once. */
  batch: number;
}

/** An image file as the network sees it, and its embedding; or why it could not be read. */
export type FileEmbedding =
  { file: string; size: Size; image: FittedImage; embedding: Float32Array } | { file: string; error: AnchorkitError };

/**
 * Images as vectors, in which those that look alike to a trained network are close: the mean of its last map of features
 * over the cells, as a classifier's own pooling has it. Compiled in float32 when it is first asked.
 */
export class Embedder {
  readonly #options: EmbeddingOptions;
  #program: Program | undefined;

  constructor(options: EmbeddingOptions) {
    const { preprocessing } = options;
    const { canvas, resize } = preprocessing;
    // windows of an image would be many vectors: it is seen as a whole
    this.#options =
      resize === "tiles" ? { ...options, preprocessing: { ...preprocessing, canvas, resize: "fit" } } : options;
  }

  /** Those of image files, in their order. A file that cannot be read gives its error and does not end the rest. */
  async *files(files: readonly string[]): AsyncGenerator<FileEmbedding> {
    const { batch, preprocessing } = this.#options;
    const chunks = prefetch(chunksOf(files, batch), CHUNKS_AHEAD, (chunk) =>
      Promise.all(chunk.map(async (file) => ({ file, image: await readWhole(file, preprocessing) }))),
    );
    for await (const chunk of chunks) {
      const readable = chunk.flatMap(({ image }) => (image instanceof AnchorkitError ? [] : [image]));
      const embeddings = await this.#embed(readable);
      for (const { file, image } of chunk) {
        if (image instanceof AnchorkitError) yield { file, error: image };
        else yield { file, size: image.original, image, embedding: embeddings.shift() as Float32Array };
      }
    }
  }

  dispose(): void {
    this.#program?.dispose();
    this.#program = undefined;
  }

  async #embed(images: readonly FittedImage[]): Promise<Float32Array[]> {
    const { batch, preprocessing, network } = this.#options;
    this.#program ??= await compileProgram(
      { embed: embeddingStep(this.#options) },
      { variables: weightsOf(network, false), frozen: true },
    );
    const widths = new Float32Array(batch).fill(preprocessing.canvas.width);
    images.forEach(({ width }, slot) => (widths[slot] = width));
    const inputs = {
      images: packBytes(canvasBatch(images, batch, preprocessing)),
      widths: tf.tensor2d(widths, [batch, 1]),
    };
    const outputs = this.#program.run("embed", inputs);
    const values = (outputs.embeddings as tf.Tensor).dataSync<"float32">();
    tf.dispose([inputs, outputs]);
    const size = values.length / batch;
    return images.map((_, slot) => values.slice(slot * size, (slot + 1) * size));
  }
}

/**
 * An image file on its way to the canvas, decoded as the bytes of a request are: with all its pixels, so that both can be
 * compared to the last digit. Reading files for a training shrinks large JPEG files while it decodes them, and leaves them
 * sharper.
 */
async function readWhole(file: string, framing: Framing): Promise<FittedImage | AnchorkitError> {
  try {
    const bytes = await readFile(file).catch((error: unknown) => {
      throw systemErrorAt(error, shownPath(file));
    });
    return fittedImage(await decodeImage(bytes, { size: (original) => placeOnCanvas(original, framing) }));
  } catch (error) {
    if (!(error instanceof AnchorkitError)) throw error;
    return new AnchorkitError(error.message.replace(/^image: /, `${shownPath(file)}: `));
  }
}

/**
 * Images on the canvas and their widths there in, `embeddings` [batch, channels] out. What of a canvas a line of text leaves
 * blank is 0 in its map, and does not count.
 */
function embeddingStep({ features, preprocessing, batch }: EmbeddingOptions): Step {
  const { canvas, resize } = preprocessing;
  return {
    inputs: { images: canvasSpec(batch, preprocessing), widths: { shape: [batch, 1], dtype: "float32" } },
    run({ images, widths }) {
      const map = features(canvasInput(images as tf.Tensor, batch, preprocessing), widths as tf.Tensor2D);
      const mean: tf.Tensor2D = map.mean([1, 2]);
      const share =
        resize === "line" ? (widths as tf.Tensor2D).div(canvas.width) : (widths as tf.Tensor2D).mul(0).add(1);
      return { outputs: { embeddings: mean.div(share) } };
    },
  };
}
