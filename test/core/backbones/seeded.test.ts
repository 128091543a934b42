import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { buildBackbone, type Backbone, type BackboneName } from "../../../src/core/backbones/index.ts";
import { setKerasWeights } from "../../../src/core/kerasWeights.ts";
import { namedWeights } from "../../../src/core/namedWeights.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { type DrawnCase, type DrawnMap, differenceOf, drawnWeight, runDrawn, sizeOf } from "../drawnWeights.ts";
import { readFixture } from "../oracle.ts";

const { cases } = readFixture("backbones_seeded.json") as { cases: DrawnCase[] };
const native = (await loadEngine()).name === "native"; // the plain engine takes minutes

/** A backbone with the drawn weights, set as weights of Keras are. */
function drawn(name: BackboneName, width: number): Backbone {
  const backbone = buildBackbone(name, { random: new Random(1), width });
  const own = [...namedWeights(backbone.model)];
  const weights = new Map(
    own.map(([weight, { shape }]) => [weight, drawnWeight(weight, shape, scaleOf(weight, shape))]),
  );
  setKerasWeights(backbone, { path: "drawn", model: name, width, weights, leftOut: [] });
  return backbone;
}

function scaleOf(name: string, shape: readonly number[]): number | "positive" {
  const kind = name.slice(name.indexOf("/") + 1);
  if (kind === "gamma" || kind === "moving_variance") return "positive";
  if (!kind.endsWith("kernel")) return 0.1;
  return Math.sqrt(3 / sizeOf(kind === "depthwise_kernel" ? shape.slice(0, 2) : shape.slice(0, -1)));
}

/** Our names of layers that Keras gives another one: its convolutions of VGG16 end in a ReLU. */
function layerOf({ backbone }: DrawnCase, layer: string, { features }: Backbone): string {
  if (layer === "LAST") return features.at(-1)?.output.sourceLayer.name ?? "";
  return backbone === "vgg16" && layer.includes("conv") ? `${layer}_relu` : layer;
}

/** Whether our poolings keep a last row or column that Keras leaves out: VGG16's, where a side is odd. */
function poolsMore({ backbone, height }: DrawnCase): boolean {
  return backbone === "vgg16" && height % 2 === 1;
}

/** Keras's MobileNet V1 pads a map of odd size, 3 x 3 here, on two sides for a stride, as no other network does. */
function padsAside({ backbone, height }: DrawnCase, layer: string): boolean {
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

  it.each(NETWORKS)("equal Keras's: %s", (_, own) => {
    const [first] = own;
    if (!first) throw new Error("no case");
    const backbone = drawn(first.backbone, first.factor);
    for (const each of own) {
      const outputs = each.expected.map(({ layer }) => backbone.model.getLayer(layerOf(each, layer, backbone)).output);
      const { maps, corner } = runDrawn(backbone, each, outputs as tf.SymbolicTensor[]);
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
          expect(differenceOf(map, expected), what).toBeLessThan(1e-4);
        }
      }
    }
  });
});

/** A pooling has one row and column more than Keras's; behind it, what the border's two convolutions see differs. */
function expectOnlyTheBorderToDiffer(map: tf.Tensor4D, { layer, shape, std, step, values }: DrawnMap) {
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
