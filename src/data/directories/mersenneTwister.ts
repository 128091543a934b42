/**
 * MT19937 (Matsumoto and Nishimura 1998) as numpy's `RandomState(seed)` seeds it, with numpy's shuffle. Only for what has
 * to come out as in Python; every other draw is `Random`'s.
 */
export class MersenneTwister {
  readonly #state = new Uint32Array(SIZE);
  #next = SIZE;

  /** @param seed a whole number from 0 to 2**32 - 1 */
  constructor(seed: number) {
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < SIZE; i++) {
      const before = state[i - 1] as number;
      state[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i;
    }
  }

  /** An unsigned 32-bit integer. */
  uint32(): number {
    if (this.#next === SIZE) this.#renew();
    let y = this.#state[this.#next++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** Puts the list into random order, in place: what `numpy.random.RandomState(seed).shuffle` does. */
  shuffle<T>(list: T[]): T[] {
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.#upTo(i);
      [list[i], list[j]] = [list[j] as T, list[i] as T];
    }
    return list;
  }

  /** A whole number from 0 to `max`: bits are drawn until they are one. */
  #upTo(max: number): number {
    const mask = 2 ** (32 - Math.clz32(max)) - 1;
    for (;;) {
      const drawn = (this.uint32() & mask) >>> 0;
      if (drawn <= max) return drawn;
    }
  }

  #renew(): void {
    const state = this.#state;
    for (let i = 0; i < SIZE; i++) {
      const y = ((state[i] as number) & 0x80000000) | ((state[(i + 1) % SIZE] as number) & 0x7fffffff);
      state[i] = (state[(i + 397) % SIZE] as number) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}

const SIZE = 624;
