import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { ciouLoss, diouLoss, giouLoss } from "../../../src/training/losses/index.ts";
import {
  engines,
  largestDifference,
  on,
  oracleCases,
  oracleTensor,
  type OracleCase,
  type OracleTensor,
} from "../../detection/support.ts";

interface BoxLossCase extends OracleCase {
  input: Record<"prediction" | "target", OracleTensor>;
  expected: { loss: number; gradient: OracleTensor };
}

const losses = { giou: giouLoss, diou: diouLoss, ciou: ciouLoss };
const cases = (oracleCases("losses") as BoxLossCase[]).flatMap((test) =>
  Object.entries(losses)
    .filter(([key]) => test.name.startsWith(key))
    .map(([, loss]) => ({ ...test, loss })),
);

describe.each(engines)("box losses on %s", (engine) => {
  it("are all tested", () => {
    expect(cases.length).toBe(3);
  });

  it.each(cases)("$name equals torchvision, and its gradient too", async ({ input, expected, loss }) => {
    const { sum, gradient } = await on(engine, () => {
      const target = oracleTensor(input.target);
      const { value, grad } = tf.valueAndGrad((x) => loss(x, target).sum())(oracleTensor(input.prediction));
      return { sum: value.dataSync()[0], gradient: grad.dataSync() };
    });
    expect(sum).toBeCloseTo(expected.loss, 4);
    expect(largestDifference(gradient, expected.gradient.data)).toBeLessThan(1e-5);
  });

  it("of boxes by hand: side by side, 2 apart, and equal", async () => {
    const values = await on(engine, () => {
      const a = tf.tensor3d([[[0, 0, 2, 2], [0, 0, 2, 2]]]); // prettier-ignore
      const b = tf.tensor3d([[[4, 0, 6, 2], [0, 0, 2, 2]]]); // prettier-ignore
      return [giouLoss(a, b), diouLoss(a, b), ciouLoss(a, b)].map((loss) => loss.arraySync());
    });
    const far = [1 + 4 / 12, 1 + 16 / 40, 1 + 16 / 40]; // enclosing box 6 x 2
    expect(values).toEqual(far.map((value) => [[expect.closeTo(value, 5), expect.closeTo(0, 5)]]));
  });

  it("of the empty boxes of padding are finite, and so are their gradients", async () => {
    const numbers = await on(engine, () =>
      Object.values(losses).flatMap((loss) => {
        const { value, grad } = tf.valueAndGrad((x) => loss(x, tf.zeros([1, 4])).sum())(tf.zeros([1, 4]));
        return [...value.dataSync(), ...grad.dataSync()];
      }),
    );
    expect(numbers.every(Number.isFinite)).toBe(true);
  });
});
