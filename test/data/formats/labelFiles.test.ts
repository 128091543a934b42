import { expect, test } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import { readEach } from "../../../src/data/formats/labelFiles.ts";
import { Warnings } from "../../../src/data/warnings.ts";

test("findings in label files come in the order of the files, though the last one is read first", async () => {
  const heard: string[] = [];
  const warnings = new Warnings({
    found: (what, where) => heard.push(`${where}: ${what}`),
    placed: () => undefined,
    corners: () => undefined,
  });
  const read = async (file: string, own: Warnings) => {
    await new Promise((resolve) => setTimeout(resolve, file === "a" ? 30 : 0));
    own.add("boxes left out", file);
    if (file === "a") throw new AnchorkitError("a: cannot be read");
    return file;
  };
  expect(await readEach(["a", "b", "c"], warnings, read)).toEqual(["b", "c"]);
  expect(heard).toEqual(["a: boxes left out", "a: unreadable-labels", "b: boxes left out", "c: boxes left out"]);
  expect(warnings.lines()).toEqual(["boxes left out: 3 (first: a)"]);
});
