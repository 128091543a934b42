import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { collectUpdates, latestValue, pushUpdate } from "../../src/core/updates.ts";
import { loadEngine } from "../../src/engine/load.ts";

describe("updates of variables in a forward pass", () => {
  beforeAll(() => loadEngine({ engine: "cpu" }));

  it("are assigned at once where nobody collects", () => {
    const variable = tf.variable(tf.tensor1d([1, 2]));
    tf.tidy(() => {
      pushUpdate(variable, tf.tensor1d([3, 4]));
    });
    expect(variable.arraySync()).toEqual([3, 4]);
    variable.dispose();
  });

  it("are handed to the collector, which keeps them beyond a tidy, and nothing is assigned", () => {
    const variable = tf.variable(tf.tensor1d([1, 2]));
    const before = tf.memory().numTensors;
    const { result, updates } = collectUpdates(() =>
      tf.tidy(() => {
        pushUpdate(variable, tf.tensor1d([3, 4]));
        return 5;
      }),
    );
    expect(result).toBe(5);
    expect(variable.arraySync()).toEqual([1, 2]);
    expect(updates.get(variable)?.arraySync()).toEqual([3, 4]);
    tf.dispose([...updates.values()]);
    expect(tf.memory().numTensors).toBe(before);
    variable.dispose();
  });

  it("go on from one another when a variable is updated twice", () => {
    const variable = tf.variable(tf.scalar(1));
    const before = tf.memory().numTensors;
    const { updates } = collectUpdates(() => {
      tf.tidy(() => {
        for (let i = 0; i < 2; i++) pushUpdate(variable, latestValue(variable).mul(10));
      });
    });
    expect(updates.get(variable)?.arraySync()).toBe(100);
    expect(tf.memory().numTensors).toBe(before + 1);
    tf.dispose([...updates.values()]);
    variable.dispose();
  });

  it("are dropped when the forward pass throws, and later ones are assigned again", () => {
    const variable = tf.variable(tf.scalar(1));
    const before = tf.memory().numTensors;
    const failing = () =>
      collectUpdates(() =>
        tf.tidy(() => {
          pushUpdate(variable, tf.scalar(2));
          throw new Error("stop");
        }),
      );
    expect(failing).toThrow("stop");
    expect(tf.memory().numTensors).toBe(before);
    tf.tidy(() => {
      pushUpdate(variable, tf.scalar(3));
    });
    expect(variable.arraySync()).toBe(3);
    variable.dispose();
  });

  it("must have the shape of the variable", () => {
    const variable = tf.variable(tf.tensor1d([1, 2]), false, "moving_mean_of_test");
    expect(() => {
      pushUpdate(variable, tf.tensor1d([1]));
    }).toThrow("pushUpdate: moving_mean_of_test: ");
    variable.dispose();
  });
});
