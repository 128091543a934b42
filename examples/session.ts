/**
 * Placeholders and a session, TensorFlow's first words: a graph of two steps over one set of variables, compiled once and
 * run with what is fed. `predict` reads the variables; `train` also moves them, by gradients.
 *
 *     npx tsx examples/session.ts
 */
import * as tf from "@tensorflow/tfjs";
import { compileProgram, loadEngine, type Step } from "anchorkit";
import { gradients, sgd } from "anchorkit/training";

/** Finds the line through points by descent: its slope, its height at 0, and what it says of x = 10. */
export async function session({ steps = 200 } = {}) {
  await loadEngine();
  const slope = tf.tidy(() => tf.variable(tf.scalar(0), true, "slope"));
  const height = tf.tidy(() => tf.variable(tf.scalar(0), true, "height"));
  const weights = [slope, height];
  const optimizer = sgd({ learningRate: 0.05 }).for(weights);
  const line = (x: tf.Tensor): tf.Tensor => x.mul(slope).add(height);

  const predict: Step = {
    inputs: { x: { shape: [1], dtype: "float32" } }, // a placeholder
    run: ({ x }) => ({ outputs: { y: line(x as tf.Tensor) } }),
  };
  const train: Step = {
    inputs: { x: { shape: [4], dtype: "float32" }, y: { shape: [4], dtype: "float32" } },
    run({ x, y }) {
      const forward = () => ({ loss: line(x as tf.Tensor).sub(y as tf.Tensor).square().mean() }); // prettier-ignore
      const { outputs, gradients: slopes } = gradients(forward, weights); // what GradientTape does in Keras
      return { outputs, updates: optimizer.update(slopes, tf.scalar(0.05), tf.scalar(1)) };
    },
  };
  const program = await compileProgram({ predict, train }, { variables: weights });

  const feed = { x: tf.tensor1d([0, 1, 2, 3]), y: tf.tensor1d([1, 3, 5, 7]) };
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const { loss } = program.run("train", feed);
    losses.push(loss?.dataSync()[0] ?? NaN);
    loss?.dispose();
  }
  const ten = tf.tensor1d([10]);
  const { y } = program.run("predict", { x: ten });
  program.pull(); // the variables have the session's values now
  const found = { slope: slope.dataSync()[0], height: height.dataSync()[0], at10: y?.dataSync()[0], losses };
  program.dispose();
  tf.dispose([feed, ten, y ?? [], weights, optimizer.slots.map(({ variable }) => variable)] as tf.TensorContainer);
  return found;
}

if (process.argv[1] === import.meta.filename) console.log(await session());
