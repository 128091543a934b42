import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../engine/graph/step.ts";
import { encodeOnnx, type OnnxModel } from "../onnx/onnxModel.ts";
import { openOnnx } from "../onnx/onnxSession.ts";
import { addTo, emptyHistogram, type Histogram } from "./histogram.ts";
import type { Range } from "./staticInt8.ts";

export async function histograms(model: OnnxModel, names: readonly string[], samples: readonly NamedTensors[]): Promise<Map<string, Histogram>> {
  const outputs = [...model.graph.outputs, ...names.map((name) => ({ name, type: "float32" as const }))];
  const session = await openOnnx(encodeOnnx({ ...model, graph: { ...model.graph, outputs } }));
  const ranges = new Map<string, Range>();
  const found = new Map<string, Histogram>();
  for (const pass of [0, 1]) {
    for (const sample of samples) {
      const all = await session.run(sample);
      for (const name of names) {
        const values = (all[name] as tf.Tensor).dataSync<"float32">();
        if (pass === 0) {
          let { low, high } = ranges.get(name) ?? { low: 0, high: 0 };
          for (const v of values) { if (v < low) low = v; else if (v > high) high = v; }
          ranges.set(name, { low, high });
        } else addTo(found.get(name) as Histogram, values);
      }
      tf.dispose(all);
    }
    if (pass === 0) for (const [n, r] of ranges) found.set(n, emptyHistogram(r));
  }
  await session.close();
  return found;
}
