import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { loadEngine } from "../../../src/engine/load.ts";
import { usesNativeOps, withTarget } from "../../../src/engine/graph/target.ts";

const native = (await loadEngine()).name === "native";

describe("usesNativeOps", () => {
  it("is what the engine has, unless the target is portable; targets nest and end, also by an error", () => {
    expect(usesNativeOps()).toBe(native);
    const inner = withTarget("portable", () => {
      const within = withTarget("native", usesNativeOps);
      return [usesNativeOps(), within, usesNativeOps()];
    });
    expect(inner).toEqual([false, native, false]);
    const fail = (): never => {
      throw new Error("on purpose");
    };
    expect(() => withTarget("portable", fail)).toThrow("on purpose");
    expect(usesNativeOps()).toBe(native);
  });

  it("is never true on another engine", async () => {
    await tf.setBackend("cpu");
    expect(withTarget("native", usesNativeOps)).toBe(false);
  });
});
