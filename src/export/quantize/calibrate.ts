import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../engine/graph/step.ts";
import { encodeOnnx, type OnnxModel } from "../onnx/onnxModel.ts";
import { openOnnx } from "../onnx/onnxSession.ts";
import { bestRange, countIn, emptyHistogram, type Histogram, type Range } from "./histogram.ts";

/**
 * Which ranges suit values of a model that are to be rounded to 8 bits, on some inputs; see `bestRange`. They are looked at
 * twice: for the smallest and the largest number, and then for how often there are which.
 *
 * @param names of values of float32
 * @throws AnchorkitError if onnxruntime-node is not there
 */
export async function calibrate(
  model: OnnxModel,
  names: readonly string[],
  samples: readonly NamedTensors[],
): Promise<Map<string, Range>> {
  const outputs = [...model.graph.outputs, ...names.map((name) => ({ name, type: "float32" as const }))];
  const session = await openOnnx(encodeOnnx({ ...model, graph: { ...model.graph, outputs } }));
  const look = async (at: (name: string, values: Float32Array) => void): Promise<void> => {
    for (const sample of samples) {
      const found = await session.run(sample);
      for (const name of names) at(name, (found[name] as tf.Tensor).dataSync<"float32">());
      tf.dispose(found);
    }
  };
  try {
    const widest = new Map<string, Range>(names.map((name) => [name, { low: 0, high: 0 }]));
    await look((name, values) => {
      widen(widest.get(name) as Range, values);
    });
    const counted = new Map([...widest].map(([name, range]) => [name, emptyHistogram(range)]));
    await look((name, values) => { countIn(counted.get(name) as Histogram, values); }); // prettier-ignore
    return new Map([...counted].map(([name, histogram]) => [name, bestRange(histogram, 256)]));
  } finally {
    await session.close();
  }
}

function widen(range: Range, values: Float32Array): void {
  for (const value of values) {
    if (value < range.low) range.low = value;
    else if (value > range.high) range.high = value;
  }
}
