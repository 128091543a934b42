import { join } from "node:path";
import { expect, test } from "vitest";
import { trainingOf } from "../../../../src/cli/detect/tune/spaceOptions.ts";
import { folderOf } from "../../../data/helpers.ts";

const described = (model: string): string => JSON.stringify({ model });

test("a training that begins with a run's weights has the model of that run, unless one is chosen", async () => {
  const folder = await folderOf({
    "signs/best/classifier.json": described("mobilenet-v2"),
    "cells/best/detector.json": described("faster-rcnn"),
  });
  const modelOf = async (sample: Record<string, string>, base: object = {}): Promise<string> =>
    (await trainingOf(sample, { data: folder, ...base }, "space.yaml")).flags.model;
  const [signs, cells] = [join(folder, "signs"), join(folder, "cells")];
  expect(await modelOf({ weights: signs })).toBe("mobilenet-v2");
  expect(await modelOf({ weights: cells })).toBe("faster-rcnn");
  expect(await modelOf({ flip: "none" })).toBe("faster-rcnn");
  expect(await modelOf({ weights: signs }, { model: "small-cnn" })).toBe("small-cnn");
  const gone = join(folder, "gone");
  await expect(modelOf({ weights: gone })).rejects.toThrow(`--weights ${gone}: there is no such file or folder`);
});

test("pretrained weights must be there before anything is read", async () => {
  const wrong = trainingOf({ pretrained: "gone.h5", model: "vgg16" }, { data: "." }, "space.yaml");
  await expect(wrong).rejects.toThrow("--pretrained gone.h5: there is no such file or folder");
});
