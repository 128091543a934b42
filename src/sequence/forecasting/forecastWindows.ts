import * as tf from "@tensorflow/tfjs";
import type { RunStep } from "../../engine/graph/step.ts";
import { featuresOf, type ForecasterDescription } from "./description.ts";
import type { SeriesWindows } from "./seriesWindows.ts";

/**
 * What a model forecasts from each of the origins on, in batches of the size that it is compiled for: of each column
 * [origins, horizon], row by row.
 */
export async function forecastWindows(
  run: RunStep,
  batch: number,
  windows: SeriesWindows,
  origins: Uint32Array,
  described: ForecasterDescription,
): Promise<Float64Array[]> {
  const { columns, window, horizon } = described;
  const features = featuresOf(described);
  const found = columns.map(() => new Float64Array(origins.length * horizon));
  for (let start = 0; start < origins.length; start += batch) {
    const some = origins.subarray(start, start + batch);
    const values = new Float32Array(batch * window * features); // what is left over stays 0, and its answers unread
    some.forEach((origin, i) => {
      windows.writeInput(origin, values, i * window * features);
    });
    const inputs = { windows: tf.tensor3d(values, [batch, window, features]) };
    const outputs = await run(inputs);
    const corrections = outputs.corrections?.dataSync() ?? [];
    tf.dispose([inputs, outputs]);
    some.forEach((origin, i) => {
      for (const [c, { output }] of columns.entries()) {
        const base = windows.base(c, origin);
        for (let h = 0; h < horizon; h++) {
          const correction = corrections[(i * horizon + h) * columns.length + c] as number;
          (found[c] as Float64Array)[(start + i) * horizon + h] = (base[h] as number) + correction * output;
        }
      }
    });
  }
  return found;
}
