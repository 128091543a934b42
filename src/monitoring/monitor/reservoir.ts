import type { Random } from "../../base/random.ts";

/**
 * A uniform sample of so many of what passes, however much that is: the i-th is taken with the probability size / i, in the
 * place of one that was taken before (Vitter, "Random Sampling with a Reservoir", algorithm R, 1985).
 */
export class Reservoir {
  readonly #size: number;
  readonly #random: Random;
  #seen = 0;

  constructor(size: number, random: Random) {
    this.#size = size;
    this.#random = random;
  }

  /** The place that the next one takes, from 0; undefined where it is left. */
  place(): number | undefined {
    const place = this.#seen < this.#size ? this.#seen : this.#random.int(this.#seen + 1);
    this.#seen++;
    return place < this.#size ? place : undefined;
  }
}
