import type { Size } from "../../base/preprocessing.ts";
import type { LabelMap } from "../../geometry/masks/labelMap.ts";

/** The labels of an image, taken row by row from the probabilities of its pixels. */
export class LabelledRows {
  readonly labels: LabelMap;
  readonly scores: Float32Array;
  readonly #channels: number;
  readonly #threshold: number | undefined;

  /** @param channels background and classes */
  constructor({ width, height }: Size, channels: number, threshold: number | undefined) {
    this.labels = { width, height, data: new Uint8Array(width * height) };
    this.scores = new Float32Array(width * height);
    this.#channels = channels;
    this.#threshold = threshold;
  }

  /** @param row [width, channels] */
  add(row: Float32Array | Float64Array, y: number): void {
    const { width, data } = this.labels;
    for (let x = 0, at = 0; x < width; x++, at += this.#channels) {
      const label = this.#labelAt(row, at);
      data[y * width + x] = label;
      this.scores[y * width + x] = row[at + label] as number;
    }
  }

  #labelAt(row: Float32Array | Float64Array, at: number): number {
    if (this.#threshold !== undefined) return (row[at + 1] as number) >= this.#threshold ? 1 : 0;
    let best = 0;
    for (let k = 1; k < this.#channels; k++) if ((row[at + k] as number) > (row[at + best] as number)) best = k;
    return best;
  }
}
