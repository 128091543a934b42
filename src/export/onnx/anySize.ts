import { AnchorkitError } from "../../base/errors.ts";
import { type Framing, ROUNDING } from "../../base/preprocessing.ts";
import { tensorOf } from "./tensors.ts";
import { ONNX_TYPE, type OnnxAttribute, type OnnxModel, type OnnxNode, type OnnxTensor } from "./onnxModel.ts";

/** How images are brought to a canvas. */
export interface Filled extends Framing {
  /** The value of the pixels around an image, 0..255. */
  fill: number;
}

/**
 * A model that takes images of any one size, as bytes, and brings them to its canvas by its own rule, as `placeOnCanvas`
 * does: bilinear where a side grows, by a triangle filter as wide as what a pixel covers where it shrinks. It is told no sizes:
 * boxes come out in pixels of the images that it is given.
 *
 * @param model takes images on the canvas, and their sizes if it asks for them
 * @throws AnchorkitError for a model that sees images by windows, or lines of text
 */
export function withAnySize(model: OnnxModel, { canvas, resize, fill }: Filled): OnnxModel {
  if (resize === "tiles" || resize === "line") {
    throw new AnchorkitError(`images that come to the canvas as ${resize} have one size there`);
  }
  const { graph } = model;
  const n = Number(graph.inputs.find(({ name }) => name === "images")?.shape?.[0]);
  const w = new Nodes();
  const shape = w.node("Shape", ["images"]);
  const size = w.node("Cast", [w.node("Slice", [shape, w.ints(1), w.ints(3)])], FLOAT); // [2]: height and width, as all below
  const whole = w.floats(canvas.height, canvas.width);
  const ratios = w.node("Div", [whole, size]);
  const scale = {
    stretch: () => ratios,
    fit: () => w.node("ReduceMin", [ratios], { keepdims: 1 }),
    crop: () => w.node("ReduceMax", [ratios], { keepdims: 1 }),
  }[resize]();
  const rounded = w.node("Floor", [w.node("Add", [w.node("Mul", [size, scale]), w.floats(ROUNDING)])]);
  const scaled = w.node("Max", [rounded, w.floats(1)]);
  const to = w.node("Concat", [w.ints(n), w.node("Cast", [scaled], LONG), w.ints(3)], { axis: 0 });
  const resized = w.node("Resize", [w.node("Cast", ["images"], FLOAT), "", "", to], TRIANGLE);

  const gap = w.node("Sub", [whole, scaled]);
  const before = w.node("Floor", [w.node("Mul", [gap, w.floats(0.5)])]);
  const sides = [before, w.node("Sub", [gap, before])].map((side) => w.node("Cast", [side], LONG));
  const pads = w.node("Concat", sides.flatMap((side) => [w.ints(0), side, w.ints(0)]), { axis: 0 }); // prettier-ignore
  const padded = w.node("Pad", [w.node("Round", [resized]), pads, w.floats(Math.round(fill))], { mode: "constant" });
  const made = new Map([["images", w.node("Cast", [padded], { to: ONNX_TYPE.uint8 })]]);
  if (graph.inputs.some(({ name }) => name === "sizes")) {
    const turned = w.node("Unsqueeze", [w.node("Gather", [size, w.ints(1, 0)], { axis: 0 }), w.ints(0)]);
    made.set("sizes", w.node("Expand", [turned, w.ints(n, 2)]));
  }
  const others = graph.inputs.filter(({ name }) => !made.has(name));
  const nodes = graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map((name) => made.get(name) ?? name) }));
  return {
    ...model,
    graph: {
      ...graph,
      inputs: [{ name: "images", type: "uint8", shape: [n, "height", "width", 3] }, ...others],
      nodes: [...w.nodes, ...nodes],
      constants: [...w.constants.values(), ...graph.constants],
    },
  };
}

const FLOAT = { to: ONNX_TYPE.float32 };
const LONG = { to: ONNX_TYPE.int64 };
/** At the border, the weights of the pixels that there are are scaled up to 1. */
const TRIANGLE = {
  ...{ mode: "linear", antialias: 1, coordinate_transformation_mode: "half_pixel", exclude_outside: 1 },
};

/** Nodes that stand before those of a graph, with names of their own. */
class Nodes {
  readonly nodes: OnnxNode[] = [];
  /** By what they hold. */
  readonly constants = new Map<string, OnnxTensor>();

  /** Writes a node, and gives the name of its output. */
  node(op: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}): string {
    const name = `canvas/${op}_${this.nodes.length}`;
    this.nodes.push({ op, inputs, outputs: [name], attributes });
    return name;
  }

  ints(...values: number[]): string {
    return this.#keep("int64", values, BigInt64Array.from(values, BigInt));
  }

  floats(...values: number[]): string {
    return this.#keep("float32", values, Float32Array.from(values));
  }

  #keep(type: "int64" | "float32", shown: readonly number[], values: BigInt64Array | Float32Array): string {
    const name = `canvas/${type}_${shown.join("_")}`;
    this.constants.set(name, tensorOf(name, type, [values.length], values));
    return name;
  }
}
