import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { placeOnCanvas, type ResizeRule, type Size } from "../../../src/base/preprocessing.ts";
import { Random } from "../../../src/base/random.ts";
import { canvasBatch } from "../../../src/data/images/canvasImages.ts";
import { resizeRaster } from "../../../src/data/images/resizePixels.ts";
import { withAnySize } from "../../../src/export/onnx/anySize.ts";
import { encodeOnnx, type OnnxModel } from "../../../src/export/onnx/onnxModel.ts";
import { openOnnx } from "../../../src/export/onnx/onnxSession.ts";

const canvas = { width: 40, height: 24 };
const preprocessing = { canvas, fill: 113, mean: [0, 0, 0], deviation: [1, 1, 1] } as const;

/** Gives its canvases, and the sizes that it is told. */
const echo: OnnxModel = {
  graph: {
    name: "echo",
    inputs: [
      { name: "images", type: "uint8", shape: [2, canvas.height, canvas.width, 3] },
      { name: "sizes", type: "float32", shape: [2, 2] },
    ],
    outputs: [
      { name: "seen", type: "float32", shape: [2, canvas.height, canvas.width, 3] },
      { name: "told", type: "float32", shape: [2, 2] },
    ],
    nodes: [
      { op: "Cast", inputs: ["images"], outputs: ["seen"], attributes: { to: 1 } },
      { op: "Identity", inputs: ["sizes"], outputs: ["told"], attributes: {} },
    ],
    constants: [],
  },
  ...{ opset: 18, producer: { name: "test", version: "1" }, metadata: {} },
};

describe("a model for images of any size", () => {
  const sizes: Size[] = [{ width: 97, height: 31 }, { width: 13, height: 29 }, { width: 40, height: 24 }, { width: 81, height: 48 }, { width: 1, height: 70 }]; // prettier-ignore

  it.each(["fit", "stretch", "crop"] as const)("brings them to its canvas as the rule %s has it", async (resize) => {
    const session = await openOnnx(encodeOnnx(withAnySize(echo, { ...preprocessing, resize })));
    expect([session.takes("images"), session.takes("sizes")]).toEqual([true, false]);
    const random = new Random(1);
    for (const size of sizes) {
      const pictures = [0, 1].map(() =>
        Uint8Array.from({ length: size.width * size.height * 3 }, () => random.int(256)),
      );
      const images = tf.tensor(pictures.flatMap((one) => [...one]), [2, size.height, size.width, 3], "int32"); // prettier-ignore
      const { seen, told } = await session.run({ images });
      expect([...(told?.dataSync() ?? [])]).toEqual([size.width, size.height, size.width, size.height]);
      const wanted = pictures.map((one) => fitted(one, size, resize));
      const expected = canvasBatch(wanted, 2, { ...preprocessing, mean: [0, 0, 0], deviation: [1, 1, 1], resize });
      const apart = (seen?.dataSync() ?? []).map((value, i) => Math.abs(value - (expected[i] ?? NaN)));
      expect(Math.max(...apart)).toBeLessThanOrEqual(1); // rounded halves
      expect(apart.filter((value) => value > 0).length).toBeLessThan(0.01 * apart.length);
      tf.dispose([images, seen, told]);
    }
    await session.close();
  });

  it("is refused where an image has no place of its own", () => {
    expect(() => withAnySize(echo, { ...preprocessing, resize: "tiles" })).toThrow("tiles");
    expect(() => withAnySize(echo, { ...preprocessing, resize: "line" })).toThrow("line");
  });
});

function fitted(pixels: Uint8Array, original: Size, resize: ResizeRule) {
  const { width, height } = placeOnCanvas(original, { canvas, resize });
  const { data } = resizeRaster({ data: pixels, ...original, channels: 3 }, { width, height });
  return { pixels: Uint8Array.from(data), width, height, original };
}
