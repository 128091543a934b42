import type { Size } from "../../base/preprocessing.ts";

/** Where a tile lies in the image, and how much each of its columns and rows counts. */
export interface TilePlace {
  left: number;
  top: number;
  tile: Size;
  across: Float32Array;
  down: Float32Array;
}

/** Weighted sums of what overlapping tiles say of an image's pixels, of as many rows as a tile has. */
export class RowSums {
  readonly #width: number;
  readonly #channels: number;
  readonly #height: number;
  /** Rows in a ring: row y of the image is at y % height. */
  readonly #sums: Float32Array;
  readonly #weights: Float32Array;
  /** Rows above it are finished. */
  #top = 0;

  /** @param height of a tile */
  constructor(width: number, height: number, channels: number) {
    this.#width = width;
    this.#height = height;
    this.#channels = channels;
    this.#sums = new Float32Array(width * height * channels);
    this.#weights = new Float32Array(width * height);
  }

  /** @param values [tile.height, tile.width, channels]; what lies beyond the image is left out */
  add(values: Float32Array, { left, top, tile, across, down }: TilePlace): void {
    const channels = this.#channels;
    const columns = Math.min(tile.width, this.#width - left);
    for (let row = 0; row < tile.height; row++) {
      const target = ((top + row) % this.#height) * this.#width + left;
      const rowWeight = down[row] as number;
      for (let column = 0; column < columns; column++) {
        const weight = rowWeight * (across[column] as number);
        (this.#weights[target + column] as number) += weight;
        const from = (row * tile.width + column) * channels;
        const to = (target + column) * channels;
        for (let c = 0; c < channels; c++) (this.#sums[to + c] as number) += weight * (values[from + c] as number);
      }
    }
  }

  /** Takes the means of the rows above `end`, which no further tile reaches. */
  finish(end: number, each: (row: Float32Array, y: number) => void): void {
    const row = new Float32Array(this.#width * this.#channels);
    for (; this.#top < end; this.#top++) {
      const start = (this.#top % this.#height) * this.#width;
      for (let x = 0; x < this.#width; x++) {
        const weight = this.#weights[start + x] as number;
        for (let c = 0; c < this.#channels; c++) {
          row[x * this.#channels + c] = (this.#sums[(start + x) * this.#channels + c] as number) / weight;
        }
      }
      each(row, this.#top);
      this.#sums.fill(0, start * this.#channels, (start + this.#width) * this.#channels);
      this.#weights.fill(0, start, start + this.#width);
    }
  }
}
