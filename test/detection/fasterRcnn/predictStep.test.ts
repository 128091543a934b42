import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { packBytes } from "../../../src/core/ops/bytes.ts";
import { type AnchorLevel, levelAnchors } from "../../../src/detection/boxes/anchors.ts";
import { DEFAULT_SETTINGS } from "../../../src/detection/fasterRcnn/description.ts";
import { buildFasterRcnn } from "../../../src/detection/fasterRcnn/network.ts";
import { weightsOf } from "../../../src/core/namedWeights.ts";
import { predictStep } from "../../../src/detection/fasterRcnn/predictStep.ts";
import { compileProgram } from "../../../src/engine/graph/program.ts";
import { recordStep } from "../../../src/engine/graph/recorder.ts";
import { nativeOnly } from "../../nativeOnly.ts";
import { engines, largestDifference } from "../support.ts";

const canvas = { width: 64, height: 48 };
const levels: AnchorLevel[] = [{ stride: 8, anchors: [[12, 12], [30, 24]] }]; // prettier-ignore

it.skipIf(!engines.includes("tensorflow"))(
  "detection takes plain bytes, records without TensorFlow's own ops, and finds the same so",
  async () => {
    await tf.setBackend("tensorflow");
    const architecture = {
      backbone: "small" as const,
      width: 1,
      channels: 16,
      hidden: 24,
      pooled: 5,
      classSpecificBoxes: false,
    };
    const network = buildFasterRcnn(architecture, { levels, classes: 2 }, new Random("predict"));
    const settings = {
      ...DEFAULT_SETTINGS,
      proposals: { before: 60, after: 12, iouThreshold: 0.7, minSize: 1 },
      detections: { scoreThreshold: 0.01, iouThreshold: 0.5, maxDetections: 10, votingThreshold: 0.8 },
    };
    const options = {
      network,
      preprocessing: {
        canvas,
        resize: "fit" as const,
        fill: 114,
        mean: [120, 110, 100] as [number, number, number],
        deviation: [60, 50, 55] as [number, number, number],
      },
      settings,
      anchors: levelAnchors(levels, canvas),
      batch: 2,
    };
    const variables = weightsOf(network.model, false);
    const plain = predictStep({ ...options, input: "uint8" });
    const readAs = (): string => "read:0";
    const recording = recordStep("predict", plain, { variables, readAs, target: "portable" });
    const ops = recording.nodes.map(({ op }) => op);
    expect(ops.filter((op) => nativeOnly.has(op))).toEqual([]);
    expect(ops).toContain("NonMaxSuppressionV4");
    expect(recording.inputs.get("images")).toEqual({
      source: "predict/images:0",
      shape: [2, 48, 64, 3],
      dtype: "uint8",
    });
    expect(recording.outputs.get("boxes")).toMatchObject({ shape: [2, 10, 4], dtype: "float32" });

    const random = new Random("pixels");
    const bytes = Uint8Array.from({ length: 2 * 48 * 64 * 3 }, () => random.int(256));
    const packed = await compileProgram({ predict: predictStep(options) }, { variables, frozen: true });
    const portable = await compileProgram({ predict: plain }, { variables, frozen: true, target: "portable" });
    const expected = packed.run("predict", { images: packBytes(bytes) });
    const found = portable.run("predict", { images: tf.tensor4d(bytes, [2, 48, 64, 3], "int32") });
    expect(Object.keys(found)).toEqual(Object.keys(expected));
    expect(Math.min(...(expected.valid?.dataSync() ?? [0]))).toBeGreaterThan(0);
    for (const [key, value] of Object.entries(expected)) {
      expect(largestDifference(value.dataSync(), found[key]?.dataSync() ?? []), key).toBeLessThan(1e-3);
    }
    packed.dispose();
    portable.dispose();
    expect(() => recordStep("predict", predictStep(options), { variables, readAs, target: "portable" })).toThrow(
      "values are read back",
    );
  },
);
