// Where proposals and target assignment run best: inside the compiled training step, or in JavaScript between two
// compiled graphs. Prints what each way adds to a step that is given its RoIs and targets.
//
// usage: npx tsx bench/assignment.ts [images a batch, default 4] [bfloat16 | float32]
import * as tf from "@tensorflow/tfjs";
import { Random } from "../src/base/random.ts";
import { packBytes, packedSpec, unpackBytes } from "../src/core/ops/bytes.ts";
import { levelAnchors, type AnchorLevel } from "../src/detection/boxes/anchors.ts";
import { anchorBlocks, drawAnchorsOfImage, matchAnchorsOfImage } from "../src/detection/boxes/anchorTargets.ts";
import { buildFasterRcnn, type RpnOutputs } from "../src/detection/fasterRcnn/network.ts";
import { weightsOf } from "../src/core/namedWeights.ts";
import { IGNORED, matchBestAnchors, matchByThreshold, type GroundTruth } from "../src/detection/boxes/groundTruth.ts";
import { normalizeImages } from "../src/core/ops/images.ts";
import { proposeBoxes } from "../src/detection/fasterRcnn/proposals.ts";
import { sampleAnchors, sampleRois } from "../src/detection/boxes/sampling.ts";
import { DEFAULT_SETTINGS } from "../src/detection/fasterRcnn/description.ts";
import { loadEngine } from "../src/engine/load.ts";
import { compileProgram, type Precision } from "../src/engine/graph/program.ts";
import type { Step } from "../src/engine/graph/step.ts";
import { nms, pairwiseIou } from "../src/geometry/index.ts";

const batch = Number(process.argv[2] ?? 4);
const precision = (process.argv[3] ?? "bfloat16") as Precision;
const [OBJECTS, COUNTED] = [28, 14]; // padded to, and really there
const canvas = { width: 320, height: 240 };
const settings = DEFAULT_SETTINGS;

await loadEngine({ engine: "native" });
const random = new Random(1);
const levels: AnchorLevel[] = [{ stride: 8, anchors: [12, 20, 34, 50, 70].map((side) => [side, side]) }];
const anchors = levelAnchors(levels, canvas);
const count = anchors.length / 4;
const blocks = anchorBlocks(anchors);
const present = Float32Array.from({ length: OBJECTS }, (_, i) => (i < COUNTED ? 1 : 0));
const architecture = {
  backbone: "small",
  width: 1,
  channels: 96,
  hidden: 256,
  pooled: 7,
  classSpecificBoxes: false,
} as const;
const network = buildFasterRcnn(architecture, { levels, classes: 3 }, random);

const imageShape = [batch, canvas.height, canvas.width, 3];

/** Backbone and RPN alone: what two graphs would run twice, or hand over with all its activations. */
const forward: Step = {
  inputs: { images: packedSpec(imageShape) },
  run({ images }) {
    const preprocessing = { canvas, resize: "fit", fill: 0, mean: [120, 120, 120], deviation: [60, 60, 60] } as const;
    const input = normalizeImages(unpackBytes(images as tf.Tensor, imageShape) as tf.Tensor4D, {
      ...preprocessing,
      mean: [...preprocessing.mean],
      deviation: [...preprocessing.deviation],
    });
    const [objectness, deltas] = network.rpn.apply(input, { training: false }) as RpnOutputs;
    return { outputs: { objectness, deltas } };
  },
};

const float = (...shape: number[]) => ({ shape, dtype: "float32" as const });
const inGraph: Step = {
  inputs: {
    objectness: float(batch, count),
    deltas: float(batch, count, 4),
    boxes: float(batch, OBJECTS, 4),
    valid: float(batch, OBJECTS),
    anchorNoise: float(batch, count),
    roiNoise: float(batch, settings.proposals.after + OBJECTS),
  },
  run(inputs) {
    const truth: GroundTruth = {
      boxes: inputs.boxes as tf.Tensor3D,
      valid: inputs.valid as tf.Tensor2D,
      ignored: tf.zeros([batch, OBJECTS]),
    };
    const anchorBoxes = tf.tensor2d(anchors, [count, 4]);
    const sample = sampleAnchors(
      matchBestAnchors(truth, anchorBoxes),
      inputs.anchorNoise as tf.Tensor2D,
      settings.anchorSample,
    );
    const proposals = proposeBoxes(inputs.objectness as tf.Tensor2D, inputs.deltas as tf.Tensor3D, anchorBoxes, {
      ...settings.proposals,
      imageSize: canvas,
    });
    const candidates: tf.Tensor3D = tf.concat([proposals.boxes, truth.boxes], 1);
    const exists = tf.concat([proposals.valid, truth.valid], 1).greater(0.5);
    const overlapping = matchByThreshold(truth, candidates, { high: 0.5, low: 0.5 });
    const matched = tf.where(exists, overlapping, tf.tensor2d([IGNORED], [1, 1], "int32"));
    const rois = sampleRois(matched, inputs.roiNoise as tf.Tensor2D, settings.roiSample);
    return { outputs: { anchors: sample.positive.sub(sample.negative), ...rois } };
  },
};

const variables = weightsOf(network.model, false);
const program = await compileProgram({ forward, inGraph }, { variables, precision });

const sides = tf.randomUniform([batch, OBJECTS, 2], 10, 60, "float32", 3);
const corners = tf.randomUniform([batch, OBJECTS, 2], 0, 180, "float32", 4);
const truthBoxes = tf.concat([corners, corners.add(sides)], 2) as tf.Tensor3D;
const valid = tf.concat([tf.ones([batch, COUNTED]), tf.zeros([batch, OBJECTS - COUNTED])], 1);
const images = packBytes(Uint8Array.from({ length: tf.util.sizeFromShape(imageShape) }, () => 255 * random.uniform()));
const noise = tf.randomUniform([batch, count], 0, 1, "float32", 6);
const roiNoise = tf.randomUniform([batch, settings.proposals.after + OBJECTS], 0, 1, "float32", 7);
const rpn = program.run("forward", { images });
const truthValues = truthBoxes.dataSync<"float32">();

const rows = [
  ["forward of backbone and RPN, which two graphs need once more", () => program.run("forward", { images })],
  [
    "anchors, proposals and RoIs in the graph",
    () => program.run("inGraph", { ...rpn, boxes: truthBoxes, valid, anchorNoise: noise, roiNoise }),
  ],
  [
    "anchors alone, in JavaScript before the step (what training does)",
    () => {
      assignAnchors();
      return {};
    },
  ],
  [
    "anchors, proposals and RoIs in JavaScript (scores and deltas read back)",
    () => {
      assignAnchors();
      propose((rpn.objectness as tf.Tensor).dataSync<"float32">(), (rpn.deltas as tf.Tensor).dataSync<"float32">());
      return {};
    },
  ],
] as const;

console.log(`${batch} images of ${canvas.width} x ${canvas.height}, ${count} anchors each, ${precision}`);
for (const [name, run] of rows) {
  for (let i = 0; i < 5; i++) tf.dispose(run());
  const times = Array.from({ length: 31 }, () => {
    const start = performance.now();
    tf.dispose(run());
    return performance.now() - start;
  }).sort((a, b) => a - b);
  console.log(`${(times[15] ?? NaN).toFixed(1).padStart(7)} ms  ${name}`);
}
program.dispose();

function assignAnchors(): void {
  for (let image = 0; image < batch; image++) {
    const boxes = truthValues.subarray(image * OBJECTS * 4, (image + 1) * OBJECTS * 4);
    const truth = { boxes, valid: present, ignored: new Float32Array(OBJECTS) };
    const matched = new Int32Array(count);
    matchAnchorsOfImage(truth, blocks, matched);
    drawAnchorsOfImage(matched, random, new Float32Array(count), new Float32Array(count), settings.anchorSample);
  }
}

/** Proposals and their overlaps on typed arrays: sorting, and the geometry functions. */
function propose(objectness: Float32Array, deltas: Float32Array): void {
  for (let image = 0; image < batch; image++) {
    const scores = objectness.subarray(image * count, (image + 1) * count);
    const top = Uint32Array.from(scores.keys())
      .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0))
      .subarray(0, settings.proposals.before);
    const boxes = decode(top, deltas.subarray(image * count * 4, (image + 1) * count * 4));
    const topScores = Float32Array.from(top, (i) => scores[i] ?? 0);
    const kept = nms(boxes, topScores, { iouThreshold: 0.7, maxDetections: settings.proposals.after });
    const rois = Float32Array.from(
      { length: kept.length * 4 },
      (_, i) => boxes[(kept[i >> 2] ?? 0) * 4 + (i & 3)] ?? 0,
    );
    pairwiseIou(rois, truthValues.slice(image * OBJECTS * 4, (image * OBJECTS + COUNTED) * 4));
  }
}

function decode(indices: Uint32Array, deltas: Float32Array): Float32Array {
  const boxes = new Float32Array(indices.length * 4);
  indices.forEach((anchor, i) => {
    const [x1, y1, x2, y2] = anchors.subarray(anchor * 4, anchor * 4 + 4) as unknown as [
      number,
      number,
      number,
      number,
    ];
    const [dx, dy, dw, dh] = deltas.subarray(anchor * 4, anchor * 4 + 4) as unknown as [number, number, number, number];
    const [w, h] = [(x2 - x1) * Math.exp(dw), (y2 - y1) * Math.exp(dh)];
    const [x, y] = [(x1 + x2) / 2 + dx * (x2 - x1), (y1 + y2) / 2 + dy * (y2 - y1)];
    boxes.set([x - w / 2, y - h / 2, x + w / 2, y + h / 2], i * 4);
  });
  return boxes;
}
