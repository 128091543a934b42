import * as tf from "@tensorflow/tfjs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { loadEngine } from "../../../src/engine/load.ts";
import { isNative, nativeOp } from "../../../src/engine/graph/nativeOp.ts";

const native = (await loadEngine()).name === "native";

describe("nativeOp", () => {
  afterEach(async () => {
    if (native) await tf.setBackend("tensorflow");
  });

  it.skipIf(!native)("runs an op by its name, with a type, an integer and text for attributes", () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
      const attributes = { Tparams: "float32", Tindices: "int32", Taxis: "int32", batch_dims: { int: 1 } };
      const inputs = [x, tf.tensor2d([1, 0], [2, 1], "int32"), tf.scalar(1, "int32")];
      const [picked] = nativeOp("GatherV2", attributes, inputs);
      expect(picked.arraySync()).toEqual([[2], [3]]);
      const padded = nativeOp("MirrorPad", { T: "float32", Tpaddings: "int32", mode: "SYMMETRIC" }, [
        x,
        tf.tensor2d([0, 0, 1, 0], [2, 2], "int32"),
      ]);
      expect(padded[0].arraySync()).toEqual([
        [1, 1, 2],
        [3, 3, 4],
      ]);
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it.skipIf(!native)("gives all outputs of an op that has several", () => {
    const [values, indices] = tf.tidy(() => {
      const inputs = [tf.tensor1d([3, 9, 5]), tf.scalar(2, "int32")];
      return nativeOp("TopKV2", { T: "float32", sorted: true }, inputs, 2);
    });
    expect([values.arraySync(), indices.arraySync()]).toEqual([
      [9, 5],
      [1, 2],
    ]);
    tf.dispose([values, indices]);
  });

  it.skipIf(!native)("hands int64 from op to op without a word, and lets warnings through afterwards", () => {
    const warnings = vi.spyOn(console, "warn").mockReturnValue();
    const picked = tf.tidy(() => {
      const [places] = nativeOp("Where", { T: "bool" }, [tf.tensor1d([true, false, true])]);
      return nativeOp("GatherNd", { Tparams: "int32", Tindices: "int64" }, [
        tf.tensor1d([4, 5, 6], "int32"),
        places,
      ])[0];
    });
    expect(picked.arraySync()).toEqual([4, 6]);
    picked.dispose();
    expect(warnings).not.toHaveBeenCalled();
    console.warn("another");
    expect(warnings).toHaveBeenCalledTimes(1);
    warnings.mockRestore();
  });

  it("says which op needs the native engine when another one runs", async () => {
    await tf.setBackend("cpu");
    expect(isNative()).toBe(false);
    expect(() => nativeOp("Relu", { T: "float32" }, [])).toThrow(
      "nativeOp: Relu needs native TensorFlow, and the engine is cpu",
    );
  });
});
