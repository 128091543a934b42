import { describe, expect, it } from "vitest";
import type { OnnxNode } from "../../../src/export/onnx/onnxModel.ts";
import { planOf } from "../../../src/export/quantize/plan.ts";
import { tensorOf } from "../../../src/export/onnx/tensors.ts";

const node = (op: string, inputs: string[], output: string, attributes = {}): OnnxNode => {
  return { op, inputs, outputs: [output], attributes };
};

/** What is computed in 8 bits, by what it gives. */
function planned(nodes: OnnxNode[], outputs: string[]) {
  const constants = ["w", "b"].map((name) => tensorOf(name, "float32", [1], Float32Array.of(1)));
  const values = (names: string[]) => names.map((name) => ({ name, type: "float32" as const }));
  const plan = planOf({ name: "g", inputs: values(["image"]), outputs: values(outputs), nodes, constants });
  return {
    nodes: [...plan.nodes].map((one) => one.outputs[0]),
    made: [...plan.made],
    taken: [...plan.taken],
    alike: [...plan.alike],
  };
}

describe("planOf", () => {
  it("takes layers with what cuts them off, what joins and picks, and leaves the last layer", () => {
    const nodes = [
      node("Cast", ["image"], "x"),
      node("Conv", ["x", "w", "b"], "c1"),
      node("Relu", ["c1"], "r1"),
      node("MaxPool", ["r1"], "p"),
      node("Conv", ["p", "w", "b"], "c2"),
      node("Add", ["p", "c2"], "a"),
      node("Relu", ["a"], "r2"),
      node("Conv", ["r2", "w"], "c3"),
      node("Softmax", ["c3"], "y"),
    ];
    expect(planned(nodes, ["y"])).toEqual({
      nodes: ["c1", "p", "c2", "a"],
      made: ["r1", "p", "c2", "r2"], // c2 is taken by the sum alone, which is rounded after its Relu
      taken: ["x"],
      alike: [["p", "r1"]],
    });
  });

  it("leaves layers behind which only boxes are chosen, and goes on behind those that are cut out of a map", () => {
    const nodes = [
      node("Cast", ["image"], "x"),
      node("Conv", ["x", "w"], "map"),
      node("Conv", ["map", "w"], "scores"),
      node("Reshape", ["scores", "w"], "list"),
      node("TopK", ["list", "w"], "boxes"),
      node("Conv", ["map", "w"], "corners"),
      node("Reshape", ["corners", "w"], "rois"),
      node("RoiAlign", ["map", "rois", "boxes"], "crops"),
      node("Gemm", ["crops", "w", "b"], "hidden"),
      node("Gemm", ["hidden", "w", "b"], "y"),
    ];
    expect(planned(nodes, ["y"])).toMatchObject({ nodes: ["map", "hidden"], taken: ["x", "crops"] });
  });

  it("rounds a value before its Relu where somebody else takes it, too, or the graph gives it", () => {
    const nodes = [
      node("Cast", ["image"], "x"),
      node("Conv", ["x", "w"], "c1"),
      node("Relu", ["c1"], "r1"),
      node("Conv", ["r1", "w"], "c2"),
    ];
    expect(planned(nodes, ["c2"]).made).toEqual(["r1"]);
    expect(planned(nodes, ["c2", "c1"]).made).toEqual(["c1"]);
    expect(planned([...nodes, node("Sigmoid", ["c1"], "s")], ["c2", "s"]).made).toEqual(["c1"]);
  });

  it("leaves a layer whose weights are computed, and one that is fed from outside", () => {
    const nodes = [
      node("Conv", ["image", "w"], "c1"),
      node("Conv", ["c1", "c1"], "c2"),
      node("Conv", ["c2", "w"], "c3"),
      node("Conv", ["c3", "w"], "c4"),
    ];
    expect(planned(nodes, ["c4"])).toMatchObject({ nodes: ["c3"], taken: ["c2"] });
  });
});
