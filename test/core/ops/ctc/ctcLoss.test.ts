import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ctcFrames, ctcLoss } from "../../../../src/core/ops/ctc/ctcLoss.ts";
import { compileProgram } from "../../../../src/engine/graph/program.ts";
import { recordStep } from "../../../../src/engine/graph/recorder.ts";
import type { Step } from "../../../../src/engine/graph/step.ts";
import { engines, largestDifference, on } from "../../../detection/support.ts";

interface Case {
  /** [batch][time][classes + 1] */
  logits: number[][][];
  targets: number[][];
  lengths: number[];
}

/** -log p of a target: the sum over every way to give each frame a class that, repeats and blanks dropped, spells it. */
function bruteForce(frames: number[][], target: number[]): number {
  const blank = (frames[0] ?? []).length - 1;
  const spelling = (path: number[]): string =>
    path.filter((symbol, t) => symbol !== path[t - 1] && symbol !== blank).join();
  let total = 0;
  const walk = (path: number[], probability: number): void => {
    const frame = frames[path.length];
    if (!frame) {
      if (spelling(path) === target.join()) total += probability;
      return;
    }
    const sum = frame.reduce((s, logit) => s + Math.exp(logit), 0);
    frame.forEach((logit, symbol) => {
      walk([...path, symbol], (probability * Math.exp(logit)) / sum);
    });
  };
  walk([], 1);
  return -Math.log(total);
}

/** The slope of a sequence's loss by central differences, frames that do not count included. */
function bruteForceSlope({ logits, targets, lengths }: Case, image: number): number[] {
  const [frames, target, length] = [logits[image] ?? [], targets[image] ?? [], lengths[image] ?? 0];
  const lossWith = (t: number, k: number, by: number): number => {
    const moved = frames.map((frame, i) => frame.map((logit, j) => (i === t && j === k ? logit + by : logit)));
    return bruteForce(moved.slice(0, length), target);
  };
  return frames.flatMap((frame, t) =>
    frame.map((_, k) => (t < length ? (lossWith(t, k, 1e-4) - lossWith(t, k, -1e-4)) / 2e-4 : 0)),
  );
}

function padded(targets: number[][], longest = Math.max(...targets.map((target) => target.length))): tf.Tensor2D {
  const rows = targets.flatMap((target) => [...target, ...Array<number>(longest - target.length).fill(-1)]);
  return tf.tensor2d(rows, [targets.length, longest], "int32");
}

function lossAndSlope({ logits, targets, lengths }: Case, longest?: number): { loss: number[]; slope: number[][] } {
  const x = tf.tensor3d(logits);
  const labels = padded(targets, longest);
  const frames = tf.tensor1d(lengths, "int32");
  const loss = ctcLoss(x, labels, frames);
  // Another weight for each sequence, so that a slope of one cannot pass for that of another.
  const weights = tf.range(1, logits.length + 1);
  const slope = tf.grad((x) =>
    ctcLoss(x as tf.Tensor3D, labels, frames)
      .mul(weights)
      .sum(),
  )(x);
  const flat = slope.div(weights.reshape([-1, 1, 1])).reshape([logits.length, -1]);
  return { loss: loss.arraySync(), slope: flat.arraySync() as number[][] };
}

const cases = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    time: fc.integer({ min: 1, max: 4 }),
    classes: fc.integer({ min: 1, max: 2 }),
  }) // prettier-ignore
  .chain(({ batch, time, classes }) => {
    const all = <T>(of: fc.Arbitrary<T>, length: number) => fc.array(of, { minLength: length, maxLength: length });
    const logit = fc.double({ min: -4, max: 4, noNaN: true });
    return fc.record({
      logits: all(all(all(logit, classes + 1), time), batch),
      targets: all(fc.array(fc.integer({ min: 0, max: classes - 1 }), { maxLength: 4 }), batch),
      lengths: all(fc.integer({ min: 1, max: time }), batch),
    });
  });

describe.each(engines)("the CTC loss on %s", (engine) => {
  it("is the sum over all alignments, with its gradient, also where there is none", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (one) => {
        const { loss, slope } = await on(engine, () => lossAndSlope(one));
        one.targets.forEach((target, i) => {
          const [frames, length] = [one.logits[i] ?? [], one.lengths[i] ?? 0];
          expect(ctcFrames(target) <= length).toBe(loss[i] !== Infinity);
          if (loss[i] === Infinity) {
            expect(slope[i]?.every((value) => value === 0)).toBe(true);
            return;
          }
          expect(loss[i]).toBeCloseTo(bruteForce(frames.slice(0, length), target), 4);
          expect(largestDifference(slope[i] ?? [], bruteForceSlope(one, i))).toBeLessThan(1e-4);
        });
      }),
      { numRuns: 40 },
    );
  });

  it("asks for a blank between equal letters", async () => {
    // Two frames that are sure of class 0: they spell 0, and 00 only with a blank between, for which there is no frame.
    const sure = [10, 0, 0];
    const one = { logits: [[sure, sure], [sure, sure], [sure, [0, 0, 10], sure]].map((frames) => [...frames, sure].slice(0, 3)), targets: [[0], [0, 0], [0, 0]], lengths: [2, 2, 3] }; // prettier-ignore
    const { loss } = await on(engine, () => lossAndSlope(one));
    expect(loss[0]).toBeCloseTo(0, 3);
    expect(loss[1]).toBe(Infinity);
    expect(loss[2]).toBeCloseTo(0, 3);
  });

  it("does not depend on how far frames and labels are padded", async () => {
    const frames = [[0.3, -1, 2], [1.5, 0.2, -0.4], [-0.7, 0.9, 0.1]]; // prettier-ignore
    const rest = Array<number[]>(4).fill([9, -9, 3]);
    const target = [0, 1];
    const { short, long } = await on(engine, () => ({
      short: lossAndSlope({ logits: [frames], targets: [target], lengths: [3] }),
      long: lossAndSlope({ logits: [[...frames, ...rest]], targets: [target], lengths: [3] }, 6),
    }));
    expect(long.loss[0]).toBeCloseTo(short.loss[0] ?? NaN, 5);
    expect(largestDifference(long.slope[0]?.slice(0, 9) ?? [], short.slope[0] ?? [])).toBeLessThan(1e-5);
    expect(long.slope[0]?.slice(9)).toEqual(Array<number>(12).fill(0));
  });

  it("takes batches without any label, and counts all frames unless told", async () => {
    const loss = await on(engine, () => {
      const empty = tf.zeros([2, 0], "int32");
      return ctcLoss(tf.zeros([2, 5, 4]), empty as tf.Tensor2D).arraySync();
    });
    expect(largestDifference(loss, [5 * Math.log(4), 5 * Math.log(4)])).toBeLessThan(1e-5);
  });

  it("says which shapes do not fit", async () => {
    const run = (logits: [number, number, number], rows: number, lengths: number) =>
      on(engine, () => ctcLoss(tf.zeros(logits), tf.zeros([rows, 2], "int32"), tf.ones([lengths], "int32")).shape);
    await expect(run([2, 5, 3], 3, 2)).rejects.toThrow("logits of 2 sequences came with 3 rows of labels");
    await expect(run([2, 5, 3], 2, 1)).rejects.toThrow("and 1 lengths; give one for each");
    await expect(run([2, 5, 1], 2, 2)).rejects.toThrow("[2, 5, 1] need a frame, and a class beside the blank");
  });
});

describe.skipIf(!engines.includes("tensorflow"))("the CTC loss in a recorded step", () => {
  it("is fed how many labels and frames count, natively and in plain ops, on strings as long as those of a captcha", async () => {
    await tf.setBackend("tensorflow");
    const [batch, time, outputs, longest] = [4, 30, 37, 8];
    const step: Step = {
      inputs: {
        x: { shape: [batch, time, outputs], dtype: "float32" },
        labels: { shape: [batch, longest], dtype: "int32" },
        lengths: { shape: [batch], dtype: "int32" },
      },
      run(inputs) {
        const { x, labels, lengths } = inputs as { x: tf.Tensor3D; labels: tf.Tensor2D; lengths: tf.Tensor1D };
        const { value, grad } = tf.valueAndGrad((x) => ctcLoss(x as tf.Tensor3D, labels, lengths).sum())(x);
        return { outputs: { loss: value, slope: grad } };
      },
    };
    const opsOf = (target: "native" | "portable") =>
      recordStep("step", step, { variables: [], readAs: () => "", target }).nodes.map(({ op }) => op);
    expect(opsOf("native")).toContain("CTCLoss");
    expect(opsOf("portable")).not.toContain("CTCLoss");

    const inputs = {
      x: tf.randomNormal([batch, time, outputs], 0, 2, "float32", 5),
      labels: padded([[1, 1, 2, 35, 0], [], [7, 7, 7, 7, 7, 7, 7, 7], [3]], longest), // prettier-ignore
      lengths: tf.tensor1d([30, 30, 15, 1], "int32"),
    };
    const seen: Record<string, ArrayLike<number>>[] = [];
    for (const target of ["native", "portable"] as const) {
      for (const mode of ["auto", "eager"] as const) {
        const program = await compileProgram({ step }, { variables: [], target, mode });
        const outputs = program.run("step", inputs);
        seen.push(Object.fromEntries(Object.entries(outputs).map(([key, value]) => [key, value.dataSync()])));
        tf.dispose(outputs);
        program.dispose();
      }
    }
    const [native, ...others] = seen;
    expect(native?.loss?.[0]).toBeGreaterThan(30);
    for (const other of others) {
      expect(Math.abs((other.loss?.[0] ?? NaN) / (native?.loss?.[0] ?? NaN) - 1)).toBeLessThan(1e-5);
      expect(largestDifference(other.slope ?? [], native?.slope ?? [])).toBeLessThan(2e-4);
    }
    tf.dispose(inputs);
  });
});
