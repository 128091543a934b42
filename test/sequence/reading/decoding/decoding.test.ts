import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../../src/base/random.ts";
import { beamDecode, type Decoded, greedyDecode, wordTree } from "../../../../src/sequence/reading/decoding/index.ts";

/** Every reading and the sum over its alignments, by going through all of them; best first. */
function allReadings(values: Float32Array, outputs: number): Decoded[] {
  const frames = values.length / outputs;
  const sums = new Map<string, number>();
  for (let path = 0; path < outputs ** frames; path++) {
    const symbols = Array.from({ length: frames }, (_, t) => Math.floor(path / outputs ** t) % outputs);
    const labels = symbols.filter((symbol, t) => symbol !== outputs - 1 && symbol !== symbols[t - 1]);
    const probability = symbols.reduce((p, symbol, t) => p * Math.exp(values[t * outputs + symbol] ?? NaN), 1);
    sums.set(JSON.stringify(labels), (sums.get(JSON.stringify(labels)) ?? 0) + probability);
  }
  return [...sums]
    .map(([labels, sum]) => ({ labels: JSON.parse(labels) as number[], logProbability: Math.log(sum) }))
    .sort((a, b) => b.logProbability - a.logProbability);
}

function randomFrames(random: Random, frames: number, outputs: number): Float32Array {
  const values = new Float32Array(frames * outputs);
  for (let t = 0; t < frames; t++) {
    const logits = Array.from({ length: outputs }, () => 2 * random.normal());
    const sum = Math.log(logits.reduce((s, logit) => s + Math.exp(logit), 0));
    values.set(logits.map((logit) => logit - sum), t * outputs); // prettier-ignore
  }
  return values;
}

const small = fc.record({
  seed: fc.integer(),
  frames: fc.integer({ min: 1, max: 6 }),
  outputs: fc.integer({ min: 2, max: 4 }),
});

function logs(rows: number[][]): Float32Array {
  return Float32Array.from(rows.flat().map(Math.log));
}

describe("greedy decoding", () => {
  it("takes repeats once and leaves blanks out, and knows a letter twice by the blank between", () => {
    const frame = (symbol: number): number[] => [0.1, 0.1, 0.1, 0.1].map((p, k) => (k === symbol ? 0.7 : p));
    const { labels, logProbability } = greedyDecode(logs([3, 0, 0, 3, 0, 1, 1, 2, 3, 3, 2].map(frame)), 4);
    expect(labels).toEqual([0, 0, 1, 2, 2]);
    expect(logProbability).toBeCloseTo(11 * Math.log(0.7), 5);
    expect(greedyDecode(logs([3, 3].map(frame)), 4).labels).toEqual([]);
    expect(greedyDecode(new Float32Array(0), 4)).toEqual({ labels: [], logProbability: 0 });
  });

  it("is one alignment of what it reads", () => {
    fc.assert(
      fc.property(small, ({ seed, frames, outputs }) => {
        const values = randomFrames(new Random(seed), frames, outputs);
        const { labels, logProbability } = greedyDecode(values, outputs);
        const whole = allReadings(values, outputs).find((one) => one.labels.join() === labels.join());
        expect(logProbability).toBeLessThanOrEqual((whole?.logProbability ?? NaN) + 1e-9);
      }),
      { numRuns: 30 },
    );
  });
});

describe("beam decoding", () => {
  it("finds the reading of most alignments, where the best alignment reads another", () => {
    // Best path: blank, blank (0.36). But 0 has 0.4 * 0.4 + 2 * 0.4 * 0.6 = 0.64.
    const values = logs([[0.4, 0.6], [0.4, 0.6]]); // prettier-ignore
    expect(greedyDecode(values, 2).labels).toEqual([]);
    const [best, second] = beamDecode(values, 2);
    expect(best?.labels).toEqual([0]);
    expect(Math.exp(best?.logProbability ?? NaN)).toBeCloseTo(0.64, 6);
    expect(Math.exp(second?.logProbability ?? NaN)).toBeCloseTo(0.36, 6);
  });

  it("gives all readings with all their alignments if it is wide enough, and never more than is true", () => {
    fc.assert(
      fc.property(small, fc.integer({ min: 1, max: 6 }), ({ seed, frames, outputs }, narrow) => {
        const values = randomFrames(new Random(seed), frames, outputs);
        const truth = allReadings(values, outputs);
        const found = beamDecode(values, outputs, { width: 10000 });
        expect(found.length).toBe(truth.length);
        const true_ = new Map(truth.map(({ labels, logProbability }) => [labels.join(), logProbability]));
        for (const one of found) expect(one.logProbability).toBeCloseTo(true_.get(one.labels.join()) ?? NaN, 5);
        expect(found[0]?.logProbability).toBeCloseTo(truth[0]?.logProbability ?? NaN, 5);
        const some = beamDecode(values, outputs, { width: narrow });
        expect(some.length).toBe(Math.min(narrow, truth.length));
        for (const one of some) {
          expect(one.logProbability).toBeLessThanOrEqual((true_.get(one.labels.join()) ?? NaN) + 1e-5);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("reads nothing but words, each with all its alignments, best first, however few are asked for", () => {
    fc.assert(
      fc.property(small, fc.integer({ min: 1, max: 5 }), ({ seed, frames, outputs }, width) => {
        const random = new Random(seed);
        const values = randomFrames(random, frames, outputs);
        const all = allReadings(values, outputs);
        const words = all.filter(() => random.uniform() < 0.4);
        const tooLong = Array<number>(frames + 1).fill(0);
        const tree = wordTree([tooLong, ...words.map(({ labels }) => labels)]);
        const found = beamDecode(values, outputs, { words: tree, width });
        expect(found.map(({ labels }) => labels)).toEqual(words.slice(0, width).map(({ labels }) => labels));
        found.forEach((one, i) => {
          expect(one.logProbability).toBeCloseTo(words[i]?.logProbability ?? NaN, 5);
        });
      }),
      { numRuns: 60 },
    );
  });

  it("follows weights of labels given those before", () => {
    const values = logs([[0.3, 0.3, 0.4], [0.3, 0.3, 0.4], [0.3, 0.3, 0.4]]); // prettier-ignore
    const [plain] = beamDecode(values, 3);
    expect(plain?.labels.length).toBe(1);
    // Class 1 is likely after class 0 and hardly anywhere else.
    const weigh = (before: readonly number[], label: number): number => (before.at(-1) === 0 && label === 1 ? 3 : -1);
    const [weighed] = beamDecode(values, 3, { weigh });
    expect(weighed?.labels).toEqual([0, 1]);
    const unweighed = allReadings(values, 3).find(({ labels }) => labels.join() === "0,1");
    expect(weighed?.logProbability).toBeCloseTo((unweighed?.logProbability ?? NaN) + 2, 5);
  });

  it("leaves out what is impossible, and refuses what it cannot take", () => {
    const sure = logs([[1, 0, 0], [0, 0, 1], [0, 1, 0]]); // prettier-ignore
    expect(beamDecode(sure, 3)).toEqual([{ labels: [0, 1], logProbability: 0 }]);
    expect(beamDecode(sure, 3, { words: wordTree([[1, 0]]) })).toEqual([]);
    expect(() => beamDecode(sure, 4)).toThrow("9 log-probabilities are not those of frames with 4 classes each");
    expect(() => greedyDecode(sure, 1)).toThrow("frames with 1 classes");
    expect(() => beamDecode(sure, 3, { width: 0 })).toThrow("width is 0; give a whole number from 1");
  });
});
