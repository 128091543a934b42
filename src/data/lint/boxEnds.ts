import type { LabelledObject } from "../dataset.ts";

type Box = LabelledObject["box"];

/** How often the corners of boxes lie at the borders of their images, as the files have the numbers. */
export interface EndCounts {
  /** Minima and maxima that were looked at, x and y together. */
  minima: number;
  maxima: number;
  minimum0: number;
  minimum1: number;
  minimum2: number;
  /** How many minima there are of each of 2, 3, 4 and 5, on average: what 0 and 1 have without a border. */
  minimumElsewhere: number;
  /** One less than the image's side, the side, and more. */
  maximumSideLess1: number;
  maximumSide: number;
  maximumBeyond: number;
}

/** Counts where the corners of boxes lie. */
export class BoxEnds {
  readonly #minima = new Map<number, number>();
  #count = 0;
  #maxima = 0;
  #sideLess1 = 0;
  #side = 0;
  #beyond = 0;

  /** Takes a box up as its file has it, and the size of the image as the file states it. */
  add([xmin, ymin, xmax, ymax]: Box, size: { width: number; height: number } | undefined): void {
    for (const minimum of [xmin, ymin]) {
      this.#count++;
      if (minimum <= 5) this.#minima.set(minimum, (this.#minima.get(minimum) ?? 0) + 1);
    }
    if (!size) return;
    for (const over of [xmax - size.width, ymax - size.height]) {
      this.#maxima++;
      if (over === -1) this.#sideLess1++;
      if (over === 0) this.#side++;
      if (over > 0) this.#beyond++;
    }
  }

  counts(): EndCounts {
    const of = (value: number): number => this.#minima.get(value) ?? 0;
    return {
      ...{ minima: this.#count, maxima: this.#maxima, minimum0: of(0), minimum1: of(1), minimum2: of(2) },
      minimumElsewhere: (of(2) + of(3) + of(4) + of(5)) / 4,
      ...{ maximumSideLess1: this.#sideLess1, maximumSide: this.#side, maximumBeyond: this.#beyond },
    };
  }
}
