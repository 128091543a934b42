import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findVersion } from "../../../src/serve/versions/findVersion.ts";
import { folderOf } from "../../data/helpers.ts";

it("takes a run, a model's folder or an exported file as version 1", async () => {
  const folder = await folderOf({ "run/best/detector.json": "{}", "m.onnx": "x" });
  for (const path of [join(folder, "run"), join(folder, "run", "best"), join(folder, "m.onnx")]) {
    expect(await findVersion(path)).toMatchObject({ version: 1, path });
  }
});

it("takes the highest of numbered folders that hold a model", async () => {
  const folder = await folderOf({
    ...{ "2/detector.json": "{}", "10/best/reader.json": "{}", "11/model.onnx": "x", "9/last/detector.json": "{}" },
    ...{ "12/half-copied.bin": "x", "13/a.onnx": "x", "13/b.onnx": "x", "014/detector.json": "{}", "x/detector.json": "{}" },
  }); // prettier-ignore
  expect(await findVersion(folder)).toMatchObject({ version: 11, path: join(folder, "11", "model.onnx") });
  await rename(join(folder, "11"), join(folder, "gone"));
  expect(await findVersion(folder)).toMatchObject({ version: 10, path: join(folder, "10") });
});

it("marks files that have changed", async () => {
  const folder = await folderOf({ "best/detector.json": "{}", "best/weights.bin": "abc" });
  const { mark } = await findVersion(folder);
  expect((await findVersion(folder)).mark).toBe(mark);
  await writeFile(join(folder, "weights.new"), "abd");
  await rename(join(folder, "weights.new"), join(folder, "best", "weights.bin"));
  expect((await findVersion(folder)).mark).not.toBe(mark);
});

it.each(["", "empty"])("says what it looks for where there is none: %s", async (name) => {
  const folder = await folderOf({ "empty/notes.txt": "x" });
  await expect(findVersion(join(folder, name))).rejects.toThrow(/holds no trained model .* folders 1, 2/);
  await expect(findVersion(join(folder, "missing"))).rejects.toThrow("there is no such file or folder");
});
