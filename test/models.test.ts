import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, describe, expect, it } from "vitest";
import { addModelOptions } from "../src/cli/detect/trainOptions.ts";
import { checkChoice, MODELS, modelNamed, openModel } from "../src/models.ts";

const folder = mkdtempSync(join(tmpdir(), "anchorkit-models-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe.each(Object.entries(MODELS))("the model %s", (name, { title, task, options }) => {
  it("says what it is", () => {
    expect(title).not.toBe("");
    expect(["detection", "classification", "segmentation", "clips", "reading", "forecasting"]).toContain(task);
  });

  it("can be trained without any choice, and each choice is an option of the command with help", () => {
    expect(() => checkChoice(name, {})).not.toThrow();
    const command = new Command();
    addModelOptions(command);
    for (const key of Object.keys(options.shape)) {
      const option = command.options.find((one) => one.attributeName() === key);
      expect(option?.description, key).toMatch(/^\w.{10,}/);
    }
  });
});

it("an option of several models takes what any of them does, and each model refuses what is not for it", () => {
  const sizeOf = (pixels: number): number => {
    const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
    addModelOptions(command);
    return command.parse(["--size", String(pixels)], { from: "user" }).opts<{ size: number }>().size;
  };
  expect([32, 63, 2048].map(sizeOf)).toEqual([32, 63, 2048]);
  for (const pixels of [31, 2049, 40.5]) expect(() => sizeOf(pixels)).toThrow("a whole number from 32 to 2048");
  expect(checkChoice("small-cnn", { size: 32 })).toMatchObject({ size: 32 });
  expect(() => checkChoice("resnet18", { size: 31 })).toThrow(/^resnet18: size: must be at least 32, got 31$/);
});

it("a model that is not there is named, with what was probably meant", () => {
  expect(() => modelNamed("faster-rnn")).toThrow('there is no model "faster-rnn" (did you mean "faster-rcnn"?)');
  expect(() => modelNamed("toString")).toThrow('there is no model "toString"; there are faster-rcnn');
});

it.each([
  [{ size: 63 }, undefined, /^faster-rcnn: size: must be at least 64, got 63$/],
  [
    { backbone: "resnet18", pretrained: "weights" },
    undefined,
    /backbone and width are those of the pretrained weights/,
  ],
  [{ width: 0.5, pretrained: "weights" }, undefined, /backbone and width are those of the pretrained weights/],
  [{ pretrained: "weights" }, "runs/a", /a training that begins with a run's weights has their backbone/],
  [
    { layerDecay: 0.5, pretrained: "none" },
    undefined,
    /^faster-rcnn: layerDecay: is about weights to start from, and there are none/,
  ],
  [{ layerDecay: 0.5, backbone: "resnet18" }, undefined, /^faster-rcnn: layerDecay: is about weights to start from/],
])("the choice %j with the weights of %s is wrong", (own, weights, message) => {
  expect(() => checkChoice("faster-rcnn", own, weights)).toThrow(message);
});

it.each([
  ["faster-rcnn", {}, "drawn-world"],
  ["faster-rcnn", { layerDecay: 0.5, backbone: "small" }, "drawn-world"],
  ["faster-rcnn", { pretrained: "none", backbone: "mobilenet-v2" }, "none"],
  ["faster-rcnn", { backbone: "mobilenet-v2" }, undefined],
  ["fcn8", {}, "drawn-world"],
  ["fcn8", { pretrained: "none" }, "none"],
  ["unet", { backbone: "small" }, "drawn-world"],
  ["unet", {}, undefined],
  ["small-cnn", {}, undefined],
])("a %s of %j begins with %s", (name, own, start) => {
  expect(checkChoice(name, own).pretrained).toBe(start);
  expect(checkChoice(name, {}, "runs/a").pretrained).toBeUndefined();
});

describe("opening a model", () => {
  it("needs one to be there", async () => {
    await expect(openModel(folder)).rejects.toThrow(`${folder}: holds no trained model`);
  });

  it("does not take the last weights in place of the best", async () => {
    const last = join(folder, "run", "last");
    mkdirSync(last, { recursive: true });
    writeFileSync(join(last, "detector.json"), JSON.stringify({ model: "faster-rcnn" }));
    await expect(openModel(join(folder, "run"))).rejects.toThrow(/has no best weights .*; the last ones, .*last$/);
  });

  it("of a kind that this version does not know says so", async () => {
    const best = join(folder, "new", "best");
    mkdirSync(best, { recursive: true });
    writeFileSync(join(best, "detector.json"), JSON.stringify({ model: "deeper-rcnn" }));
    await expect(openModel(join(folder, "new"))).rejects.toThrow('there is no model "deeper-rcnn"');
  });
});
