import type { BackboneName, Publisher } from "../backbones/names.ts";
import { mobilenetV1Filters } from "../backbones/mobilenetV1.ts";
import { mobilenetV2Filters } from "../backbones/mobilenetV2.ts";
import { mobilenetV3Filters } from "../backbones/mobilenetV3.ts";
import type { WeightValue } from "../namedWeights.ts";

/** How the layers of a published network are called. */
interface Published {
  /** Its name in Keras. */
  model: string;
  backbone: BackboneName;
  /** The layers with weights that belong to it; others are a classifier's. */
  layers: RegExp;
  /** Layers that it has, and its relations have not, or the other way about. */
  has: string;
  hasNot?: string;
  /** Filters of layers at a width; undefined: it has one width. */
  filters?: (width: number) => ReadonlyMap<string, number>;
  /** The widths that are published. */
  widths?: number[];
}

const MOBILENET_V3 =
  /^conv(_1)?(_bn)?$|^expanded_conv(_\d+)?_((expand|depthwise|project)(_bn)?|squeeze_excite_conv(_1)?)$/;

/** Published networks whose weights fit a backbone, and their layers' names in Keras. */
export const PUBLISHED: readonly Published[] = [
  {
    model: "MobileNetV1",
    backbone: "mobilenet-v1",
    layers: /^(conv1|conv_(dw|pw)_\d+)(_bn)?$/,
    has: "conv_pw_13",
    filters: mobilenetV1Filters,
    widths: [0.25, 0.5, 0.75, 1],
  },
  {
    model: "MobileNetV2",
    backbone: "mobilenet-v2",
    layers: /^(Conv1|bn_Conv1|Conv_1|Conv_1_bn|(expanded_conv|block_\d+)_(expand|depthwise|project)(_BN)?)$/,
    has: "block_16_project",
    filters: mobilenetV2Filters,
    widths: [0.35, 0.5, 0.75, 1, 1.3, 1.4],
  },
  {
    model: "MobileNetV3Small",
    backbone: "mobilenet-v3-small",
    layers: MOBILENET_V3,
    has: "expanded_conv_squeeze_excite_conv",
    hasNot: "expanded_conv_11_project",
    filters: mobilenetV3Filters("small"),
    widths: [0.75, 1],
  },
  {
    model: "MobileNetV3Large",
    backbone: "mobilenet-v3-large",
    layers: MOBILENET_V3,
    has: "expanded_conv_14_squeeze_excite_conv",
    filters: mobilenetV3Filters("large"),
    widths: [0.75, 1],
  },
  { model: "VGG16", backbone: "vgg16", layers: /^block\d_conv\d$/, has: "block5_conv3", hasNot: "block5_conv4" },
  {
    model: "ResNet50",
    backbone: "resnet50",
    layers: /^conv(1|\d_block\d+_\d)_(conv|bn)$/,
    has: "conv5_block3_3_conv",
    hasNot: "conv4_block7_1_conv",
  },
  {
    model: "EfficientNetB0",
    backbone: "efficientnet-b0",
    layers: /^((stem|top)_(conv|bn)|block\d[a-z]_((expand|project)_(conv|bn)|dwconv|bn|se_(reduce|expand)))$/,
    has: "block7a_project_conv",
    hasNot: "block1b_dwconv",
  },
];

/** Networks of Keras's with layers like those, of which no backbone is made. */
const OTHERS: readonly (readonly [model: string, layer: RegExp])[] = [
  ["VGG19", /^block5_conv4$/],
  ["ResNet101 or ResNet152", /^conv4_block7_1_conv$/],
  ["a ResNet of version 2", /^conv2_block1_preact_bn$/],
  ["MobileNetV3 in its minimalistic form", /^expanded_conv_10_project$/],
  ["an EfficientNet other than B0", /^block1b_/],
];

/** The name of a network that is none of `PUBLISHED`, by its layers, where it is one of their relations. */
export function relationOf(layers: readonly string[]): string | undefined {
  return OTHERS.find(([, layer]) => layers.some((name) => layer.test(name)))?.[0];
}

export interface Recognised extends Pick<Published, "model" | "backbone" | "layers"> {
  publisher: Publisher;
  /** Undefined: its kernels have filters as at no width. */
  width: number | undefined;
}

/** What a file of weights holds, or of its backbone alone. */
export interface WeightFile {
  /** The network that its layers are of; undefined: of none that is known. */
  network: Omit<Recognised, "layers"> | undefined;
  weights: Map<string, WeightValue>;
  /** Layers that are in the file, and were not asked for or have no floating-point numbers. */
  leftOut: string[];
}

/**
 * The network that weights belong to, by the names of their layers, and its width, by the filters of its kernels.
 * Undefined: none of `PUBLISHED`.
 *
 * @param shapes of weights by name, `layer/weight`
 */
export function recognise(shapes: ReadonlyMap<string, readonly number[]>): Recognised | undefined {
  const layers = new Set([...shapes.keys()].map(layerOf));
  const found = PUBLISHED.find(({ has, hasNot }) => layers.has(has) && !(hasNot !== undefined && layers.has(hasNot)));
  if (!found) return undefined;
  return { ...found, publisher: "keras", width: widthOf(found.backbone, shapes) };
}

/**
 * The width at which a backbone's kernels have these filters: a published one, else that of fewest decimals; 1 if it has
 * one width, and undefined if none gives the filters.
 */
export function widthOf(backbone: BackboneName, shapes: ReadonlyMap<string, readonly number[]>): number | undefined {
  const { filters, widths = [] } = PUBLISHED.find((one) => one.backbone === backbone) ?? {};
  if (!filters) return 1;
  const hundredths = Array.from({ length: 400 }, (_, i) => (i + 1) / 100);
  const thousandths = Array.from({ length: 4000 }, (_, i) => (i + 1) / 1000);
  return [...widths, ...hundredths, ...thousandths].find((width) =>
    [...filters(width)].every(([layer, count]) => shapes.get(`${layer}/kernel`)?.at(-1) === count),
  );
}

/** The layer of a weight's name, `layer/weight`; of a name that is not of this form, the name. */
export function layerOf(name: string): string {
  const slash = name.lastIndexOf("/");
  return slash < 0 ? name : name.slice(0, slash);
}
