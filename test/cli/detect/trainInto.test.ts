import { describe, expect, it } from "vitest";
import { requireTask } from "../../../src/cli/detect/trainInto.ts";
import type { ImageRecord } from "../../../src/data/dataset.ts";

const image = { id: 1, file: "a.png", width: 8, height: 8, objects: [] } satisfies ImageRecord;
const box = { ...image, objects: [{ box: [1, 1, 4, 4], class: 0 }] } as unknown as ImageRecord;
const clip = { ...image, frames: [{ file: "1.png" }, { file: "2.png" }] } as unknown as ImageRecord;
const text: ImageRecord = { ...image, text: "AB" };
const label: ImageRecord = { ...image, labels: [0] };

describe("data that a model does not learn is told from what it learns, with the model that does", () => {
  it.each([
    ["faster-rcnn", text, /a reader learns texts: --model crnn/],
    ["small-cnn", text, /a reader learns texts: --model crnn/],
    ["unet", text, /a reader learns texts: --model crnn/],
    ["faster-rcnn", label, /a classifier learns them: --model small-cnn/],
    ["faster-rcnn", clip, /a classifier of clips learns them: --model cnn-lstm/],
    ["crnn", clip, /a classifier of clips learns them: --model cnn-lstm/],
  ])("%s", (model, one, says) => {
    expect(() => {
      requireTask(model, [one], "data");
    }).toThrow(says);
  });

  it.each([
    ["faster-rcnn", box],
    ["crnn", text],
    ["small-cnn", label],
    ["cnn-lstm", clip],
    ["crnn", box], // may have a text among its attributes
    ["small-cnn", { ...text, labels: [0] }],
  ])("%s takes what it learns", (model, one) => {
    expect(() => {
      requireTask(model, [one], "data");
    }).not.toThrow();
  });
});
