import { isBias } from "../../../engine/graph/constants.ts";
import type { GraphNode } from "../../../engine/graph/graphDef.ts";
import { floatOf, typeOf } from "../../attributes.ts";
import { ONNX_TYPE, type OnnxAttribute } from "../onnxModel.ts";
import { onnxType, type OnnxWriter } from "../onnxWriter.ts";
import { type OpWriter, type OpWriters, output } from "./op.ts";

/** What is computed of each number by itself, or of two numbers in the same place. */
export const ELEMENTWISE_OPS: OpWriters = {
  ...named(unary, {
    ...{ Relu: "Relu", Elu: "Elu", Selu: "Selu", Sigmoid: "Sigmoid", Tanh: "Tanh", Softplus: "Softplus" },
    ...{ Softsign: "Softsign", Erf: "Erf", Exp: "Exp", Log: "Log", Floor: "Floor", Ceil: "Ceil", Round: "Round" },
    ...{ Abs: "Abs", Sign: "Sign", Neg: "Neg", Sqrt: "Sqrt", Reciprocal: "Reciprocal", LogicalNot: "Not" },
    ...{ Sin: "Sin", Cos: "Cos", Identity: "Identity", StopGradient: "Identity", IsNan: "IsNaN" },
  }),
  ...named(broadcast, {
    ...{ Sub: "Sub", Mul: "Mul", RealDiv: "Div", Pow: "Pow" },
    ...{ Maximum: "Max", Minimum: "Min", Less: "Less", LessEqual: "LessOrEqual", Greater: "Greater" },
    ...{ GreaterEqual: "GreaterOrEqual", Equal: "Equal", LogicalAnd: "And", LogicalOr: "Or" },
    ...{ Select: "Where", SelectV2: "Where" },
  }),
  AddN: (w, node) => {
    together(w, node, ([first = "", ...rest]) => rest.reduce((sum, x) => w.node("Add", [sum, x]), first));
  },
  BiasAdd: add,
  Add: add,
  AddV2: add,
  LeakyRelu: (w, node) => {
    unary("LeakyRelu", { alpha: { float: floatOf(node, "alpha") } })(w, node);
  },
  Relu6: (w, node) => {
    alike(w, node, (x) => w.node("Clip", [x, w.floats([0], []), w.floats([6], [])]));
  },
  Square: (w, node) => {
    alike(w, node, (x) => w.node("Mul", [x, x]));
  },
  Rsqrt: (w, node) => {
    alike(w, node, (x) => w.node("Reciprocal", [w.node("Sqrt", [x])]));
  },
  Log1p: (w, node) => {
    alike(w, node, (x) => w.node("Log", [w.node("Add", [x, w.floats([1], [])])]));
  },
  Expm1: (w, node) => {
    alike(w, node, (x) => w.node("Sub", [w.node("Exp", [x]), w.floats([1], [])]));
  },
  ZerosLike: (w, node) => {
    alike(w, node, (x) => w.node("Sub", [x, x]));
  },
  SquaredDifference: (w, node) => {
    together(w, node, (inputs) => {
      const difference = w.node("Sub", inputs);
      return w.node("Mul", [difference, difference]);
    });
  },
  NotEqual: (w, node) => {
    together(w, node, (inputs) => w.node("Not", [w.node("Equal", inputs)]));
  },
  FloorDiv: (w, node) => {
    const whole = w.value(output(node)).dtype !== "float32"; // whose quotients ONNX cuts towards zero
    together(w, node, ([a = "", b = ""]) => {
      if (whole) return w.node("Div", [w.node("Sub", [a, w.node("Mod", [a, b])]), b]);
      return w.node("Floor", [w.node("Div", [a, b])]);
    });
  },
  FloorMod: (w, node) => {
    const whole = w.value(output(node)).dtype !== "float32";
    together(w, node, ([a = "", b = ""]) => {
      if (whole) return w.node("Mod", [a, b]);
      return w.node("Sub", [a, w.node("Mul", [b, w.node("Floor", [w.node("Div", [a, b])])])]);
    });
  },
  Cast: (w, node) => {
    alike(w, node, (x) => w.node("Cast", [x], { to: ONNX_TYPE[onnxType(typeOf(node, "DstT"))] }));
  },
};

function named(make: (op: string) => OpWriter, names: Readonly<Record<string, string>>): OpWriters {
  return Object.fromEntries(Object.entries(names).map(([op, own]) => [op, make(own)]));
}

function unary(op: string, attributes: Readonly<Record<string, OnnxAttribute>> = {}): OpWriter {
  return (w, node) => {
    alike(w, node, (x) => w.node(op, [x], attributes));
  };
}

function broadcast(op: string): OpWriter {
  return (w, node) => {
    together(w, node, (inputs) => w.node(op, inputs));
  };
}

/** Of one input, in whichever order of axes it is at hand. */
function alike(w: OnnxWriter, node: GraphNode, write: (x: string) => string): void {
  together(w, node, ([x = ""]) => write(x));
}

/** Of inputs that are broadcast to the shape of the output: channels first if one of them is at hand so alone. */
function together(w: OnnxWriter, node: GraphNode, write: (inputs: string[]) => string): void {
  const inputs = node.input.filter((source) => !source.startsWith("^"));
  const first = inputs.some((source) => w.isFirst(source)) && w.shape(output(node)).length === 4;
  w.give(output(node), write(inputs.map((source) => (first ? w.spread(source) : w.plain(source)))), first);
}

/** A bias becomes part of the convolution or product before it, where nothing else takes that. */
function add(w: OnnxWriter, node: GraphNode): void {
  const [x = "", bias = ""] = node.input;
  const constant = w.constant(bias);
  const fits = constant && isBias(constant, w.shape(output(node)).at(-1));
  if (fits && w.addBias(x, w.floats(constant.values), output(node))) return;
  broadcast("Add")(w, node);
}
