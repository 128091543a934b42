import { expect, test } from "vitest";
import { kerasNames } from "../../../src/core/weights/kerasNames.ts";
import type { H5Listed } from "../../../src/core/weights/h5File.ts";

function namesOf(paths: (string | [path: string, layer: string, shape: number[]])[]): string[] {
  const datasets = paths.map((entry): H5Listed => {
    const [path, layer, shape] = typeof entry === "string" ? [entry, undefined, [1]] : entry;
    return { parts: path.split("/"), layer, shape, bytes: 4, chunked: false };
  });
  return [...kerasNames(datasets).keys()];
}

test("weights saved alone are named by their layer's group", () => {
  expect(namesOf(["conv1/conv1/kernel:0", "conv1_bn/conv1_bn/gamma", "dense/sequential/dense/bias"])).toEqual([
    "conv1/kernel",
    "conv1_bn/gamma",
    "dense/bias",
  ]);
  // TensorFlow numbers names that it has met before; the group's stays
  expect(namesOf(["conv1/conv1_3/kernel:0", "conv1/conv1_3/bias:0"])).toEqual(["conv1/kernel", "conv1/bias"]);
});

test("names of Keras 1 are today's", () => {
  expect(namesOf(["block1_conv1/block1_conv1_W_1:0", "block1_conv1/block1_conv1_b_1:0"])).toEqual([
    "block1_conv1/kernel",
    "block1_conv1/bias",
  ]);
  expect(namesOf(["bn/bn_gamma:0", "bn/bn_running_mean:0", "bn/bn_running_std:0"])).toEqual([
    "bn/gamma",
    "bn/moving_mean",
    "bn/moving_variance",
  ]);
});

test("a network within a network has its layers' names, and an optimizer none", () => {
  expect(
    namesOf([
      "model_weights/mobilenetv2/Conv1/kernel",
      "model_weights/mobilenetv2/bn_Conv1/beta",
      "model_weights/dense/sequential/dense/kernel",
      "optimizer_weights/adam/iteration",
    ]),
  ).toEqual(["Conv1/kernel", "bn_Conv1/beta", "dense/kernel"]);
});

test("Keras 3's numbered variables are named by what their layer is", () => {
  expect(
    namesOf([
      ["layers/batch_normalization_2/vars/3", "conv1_bn", [8]],
      ["layers/conv2d/vars/0", "conv1", [3, 3, 3, 8]],
      ["layers/functional/layers/dense_1/vars/1", "fc", [10]],
      ["layers/group_normalization/vars/0", "gn", [8]],
      "optimizer/vars/0",
    ]),
  ).toEqual(["conv1_bn/moving_variance", "conv1/kernel", "fc/bias", "gn/0"]);
});

test("layers with slashes in their names are groups within groups", () => {
  expect(
    namesOf([
      "Conv/Conv/kernel:0",
      "Conv/BatchNorm/Conv/BatchNorm/gamma:0",
      "expanded_conv/squeeze_excite/Conv_1/expanded_conv/squeeze_excite/Conv_1/bias:0",
      "model_weights/expanded_conv/project/expanded_conv/project/kernel:0",
    ]),
  ).toEqual([
    "Conv/kernel",
    "Conv/BatchNorm/gamma",
    "expanded_conv/squeeze_excite/Conv_1/bias",
    "expanded_conv/project/kernel",
  ]);
});

test("of two weights of one name the later one keeps its path", () => {
  expect(namesOf(["a/left/conv/kernel", "a/right/conv/kernel"])).toEqual(["conv/kernel", "a/right/conv/kernel"]);
});

test("the cell of a recurrent layer is passed by, and two directions are told apart", () => {
  expect(
    namesOf([
      ["layers/lstm/cell/vars/0", "reader", [3, 8]],
      ["layers/lstm/cell/vars/1", "reader", [2, 8]],
      ["layers/lstm/cell/vars/2", "reader", [8]],
      ["layers/bidirectional/backward_layer/cell/vars/1", "both", [2, 6]],
      "layers/bidirectional_1/forward_layer/cell/vars/2",
    ]),
  ).toEqual([
    "reader/kernel",
    "reader/recurrent_kernel",
    "reader/bias",
    "both/backward_recurrent_kernel",
    "layers/bidirectional_1/forward_bias",
  ]);
  expect(
    namesOf([
      "model_weights/reader/sequential/reader/lstm_cell/kernel",
      "model_weights/both/sequential/both/backward_gru/gru_cell/recurrent_kernel",
      "model_weights/both/sequential/both/forward_gru/gru_cell/bias",
      "conv/conv/conv_lstm_cell_3/kernel:0",
      "network/left/forward_lstm/lstm_cell/kernel",
      "network/dense/kernel",
    ]),
  ).toEqual([
    "reader/kernel",
    "both/backward_recurrent_kernel",
    "both/forward_bias",
    "conv/kernel",
    "left/forward_kernel",
    "dense/kernel",
  ]);
});
