import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { buildBackbone, type Backbone, type BackboneName } from "../../../src/core/backbones/index.ts";
import { setKerasWeights } from "../../../src/core/kerasWeights.ts";
import { namedWeights, type WeightValue } from "../../../src/core/namedWeights.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { readFixture } from "../oracle.ts";

interface Case {
  backbone: BackboneName;
  height: number;
  width: number;
  /** On the number of channels. */
  factor: number;
  /** The first pixel as the network's own preprocessing gives it. */
  corner: number[];
  expected: { layer: string; shape: number[]; mean: number; std: number; step: number; values: number[] }[];
}

const { cases } = readFixture("backbones_seeded.json") as { cases: Case[] };
const native = (await loadEngine()).name === "native"; // the plain engine takes minutes

/** Values 0 to 1 by a name, as the fixture's script draws them: 9,973 of them, over and over. */
function draw(name: string, count: number): Float64Array {
  const seed = Array.from(name, (letter, i) => (i + 1) * letter.charCodeAt(0)).reduce((a, b) => a + b) % 1000;
  const drawn = new Float64Array(count);
  for (let k = 0; k < Math.min(count, 9973); k++) {
    const x = Math.sin(12.9898 * k + seed) * 43758.5453;
    drawn[k] = x - Math.floor(x);
  }
  for (let k = 9973; k < count; k++) drawn[k] = drawn[k - 9973] ?? NaN;
  return drawn;
}

function drawnWeight(name: string, shape: readonly number[]): WeightValue {
  const size = (sides: readonly number[]): number => sides.reduce((product, side) => product * side, 1);
  const kind = name.slice(name.indexOf("/") + 1);
  const fanIn = size(kind === "depthwise_kernel" ? shape.slice(0, 2) : shape.slice(0, -1));
  const scale = kind.endsWith("kernel") ? Math.sqrt(6 / fanIn) : 0.1;
  const positive = kind === "gamma" || kind === "moving_variance";
  const values = draw(name, size(shape));
  for (const [k, u] of values.entries()) values[k] = positive ? 0.5 + u : (2 * u - 1) * scale;
  return { shape, values: new Float32Array(values) };
}

/** A backbone with the drawn weights, set as weights of Keras are. */
function drawn(name: BackboneName, width: number): Backbone {
  const backbone = buildBackbone(name, { random: new Random(1), width });
  const own = [...namedWeights(backbone.model)];
  const weights = new Map(own.map(([weight, { shape }]) => [weight, drawnWeight(weight, shape)]));
  setKerasWeights(backbone, { path: "drawn", model: name, width, weights, leftOut: [] });
  return backbone;
}

/** Outputs of layers for the drawn image, preprocessed as the backbone wants it; and its first pixel. */
function run({ model, preprocessing }: Backbone, { height, width }: Case, layers: readonly string[]) {
  const outputs = layers.map((layer) => model.getLayer(layer).output as tf.SymbolicTensor);
  const { mean, deviation } = preprocessing ?? { mean: 0, deviation: 1 };
  const pixels = tf.tidy(() =>
    tf
      .tensor4d(
        Float32Array.from(draw("image", height * width * 3), (u) => u * 255),
        [1, height, width, 3],
      )
      .sub(tf.tensor(mean))
      .div(tf.tensor(deviation)),
  );
  const maps = tf.model({ inputs: model.inputs, outputs }).predict(pixels);
  return { maps: Array.isArray(maps) ? maps : [maps], corner: [...pixels.dataSync().slice(0, 3)] };
}

/** The largest difference of what the fixture keeps of a map, over the deviation of the map's values. */
function difference(map: tf.Tensor, { mean, std, step, values }: Case["expected"][number]): number {
  const own = map.dataSync<"float32">();
  const { mean: average, variance } = tf.moments(map);
  const pairs = [
    [average.dataSync()[0], mean],
    [Math.sqrt(variance.dataSync()[0] ?? NaN), std],
    ...values.map((value, i) => [own[i * step], value]),
  ];
  return Math.max(...pairs.map(([a = NaN, b = NaN]) => Math.abs(a - b))) / std;
}

/** Our names of layers that Keras gives another one: its convolutions of VGG16 end in a ReLU. */
function layerOf({ backbone }: Case, layer: string): string {
  return backbone === "vgg16" && layer.includes("conv") ? `${layer}_relu` : layer;
}

/** Whether our poolings keep a last row or column that Keras leaves out: VGG16's, where a side is odd. */
function poolsMore({ backbone, height }: Case): boolean {
  return backbone === "vgg16" && height % 2 === 1;
}

/** Keras's MobileNet V1 pads a map of odd size, 3 x 3 here, on two sides for a stride, as no other network does. */
function padsAside({ backbone, height }: Case, layer: string): boolean {
  return backbone === "mobilenet-v1" && height === 47 && layer === "conv_dw_12_relu";
}

const NETWORKS = [...new Set(cases.map(({ backbone, factor }) => `${backbone} ${factor}`))].map(
  (name) => [name, cases.filter(({ backbone, factor }) => name === `${backbone} ${factor}`)] as const,
);

describe.skipIf(!native)("features with drawn weights", () => {
  beforeAll(() => loadEngine());
  afterEach(() => {
    tf.disposeVariables();
  });

  it.each(NETWORKS)("equal Keras's and torchvision's: %s", (_, own) => {
    const [first] = own;
    if (!first) throw new Error("no case");
    const backbone = drawn(first.backbone, first.factor);
    for (const each of own) {
      const names = each.expected.map(({ layer }) => layerOf(each, layer));
      const { maps, corner } = run(backbone, each, names);
      const turned = backbone.bgrKernel === undefined ? corner : corner.reverse();
      each.corner.forEach((value, i) => {
        expect(turned[i]).toBeCloseTo(value, 3);
      });
      for (const [i, expected] of each.expected.entries()) {
        const what = `${expected.layer}, ${each.height} x ${each.width}`;
        const map = maps[i] as tf.Tensor4D;
        if (poolsMore(each)) expectOnlyTheBorderToDiffer(map, expected);
        else if (padsAside(each, expected.layer)) {
          expect([expected.shape, map.shape], what).toEqual([[1, 1, 1, 128], [1, 2, 2, 128]]); // prettier-ignore
        } else {
          expect(map.shape, what).toEqual(expected.shape);
          expect(difference(map, expected), what).toBeLessThan(1e-4);
        }
      }
    }
  });
});

/** A pooling has one row and column more than Keras's; behind it, what the border's two convolutions see differs. */
function expectOnlyTheBorderToDiffer(map: tf.Tensor4D, { layer, shape, std, step, values }: Case["expected"][number]) {
  const [, height = 0, width = 0, channels = 0] = shape;
  const more = layer === "block1_conv2" ? 0 : 1;
  expect(map.shape, layer).toEqual([1, height + more, width + more, channels]);
  const own = map.dataSync<"float32">();
  let atBorder = 0;
  for (const [i, value] of values.entries()) {
    const [row, column] = [Math.floor((i * step) / (width * channels)), Math.floor((i * step) / channels) % width];
    const at = (row * (width + more) + column) * channels + ((i * step) % channels);
    const difference = Math.abs((own[at] ?? NaN) - value) / std;
    const border = layer === "block2_conv2" && (row >= height - 2 || column >= width - 2);
    if (!border) expect(difference, `${layer}, value ${i}`).toBeLessThan(1e-4);
    else atBorder = Math.max(atBorder, difference);
  }
  if (layer === "block2_conv2") expect(atBorder).toBeGreaterThan(1e-2);
}
