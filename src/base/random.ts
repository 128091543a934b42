/**
 * Seeded random numbers whose state can be saved: xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom
 * number generators", 2021), seeded through splitmix32. Every random draw of anchorkit comes from one of these.
 */
export class Random {
  #state: Uint32Array;

  constructor(seed: number | string | readonly number[]) {
    this.#state = typeof seed === "object" ? stateFrom(seed) : expandSeed(seed);
  }

  /** Four unsigned 32-bit numbers: `new Random(state)` goes on exactly where this generator stands. */
  get state(): number[] {
    return [...this.#state];
  }

  /** An independent generator for a named purpose; depends on the present state, and leaves it as it is. */
  fork(purpose: string | number): Random {
    return new Random(`${this.#state.join(" ")} ${purpose}`);
  }

  /** An unsigned 32-bit integer. */
  uint32(): number {
    const s = this.#state as unknown as [number, number, number, number];
    const product = Math.imul(s[1], 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return result;
  }

  /** A float in [low, high), with 32 random bits. */
  uniform(low = 0, high = 1): number {
    return low + (this.uint32() / 2 ** 32) * (high - low);
  }

  /** An integer in [0, count). */
  int(count: number): number {
    return Math.floor(this.uniform(0, count));
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** A normally distributed number (Box and Muller's method). */
  normal(mean = 0, deviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Puts the list into random order, in place, and returns it (Fisher and Yates). */
  shuffle<T extends { length: number; [index: number]: unknown }>(list: T): T {
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      [list[i], list[j]] = [list[j], list[i]];
    }
    return list;
  }
}

function stateFrom(numbers: readonly number[]): Uint32Array {
  if (numbers.length !== 4 || numbers.every((n) => n >>> 0 === 0)) {
    throw new RangeError(`Random: a state is four numbers, not all zero, got [${numbers.join(", ")}]`);
  }
  return Uint32Array.from(numbers);
}

function expandSeed(seed: number | string): Uint32Array {
  let hash = 2166136261; // FNV-1a over the seed's text, so that 1, "1" and 1.5 are all fine
  for (const character of String(seed)) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16777619);
  return Uint32Array.from({ length: 4 }, () => {
    hash = (hash + 0x9e3779b9) | 0;
    let mixed = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  });
}
