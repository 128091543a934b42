import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { folderOf, jpeg } from "../data/helpers.ts";
import { callCommand } from "./command.ts";

let picture: Uint8Array;
beforeAll(async () => {
  picture = await jpeg(100, 80);
});

/** A data set whose second label is of an image that was taken out of the list, and what was found on the first. */
async function scene() {
  const labels = {
    images: [{ id: 1, file_name: "a.jpg", width: 100, height: 80 }],
    annotations: [
      { id: 1, image_id: 1, category_id: 1, bbox: [10, 10, 30, 20] },
      { id: 2, image_id: 2, category_id: 1, bbox: [10, 10, 30, 20] },
    ],
    categories: [{ id: 1, name: "cell" }],
  };
  const found = [{ image_id: 1, category_id: 1, bbox: [10, 10, 30, 20], score: 0.9 }];
  const folder = await folderOf({
    "set/annotations.json": JSON.stringify(labels),
    "set/a.jpg": picture,
    "found.json": JSON.stringify(found),
  });
  return { set: join(folder, "set"), out: join(folder, "out"), found: join(folder, "found.json") };
}
type Scene = Awaited<ReturnType<typeof scene>>;

describe("labels of images that are not listed stop a command, and --orphans drop leaves them out:", () => {
  test.each<["label" | "detect", (scene: Scene) => string[]]>([
    ["label", ({ set, out }) => ["import", set, "--out", out]],
    ["label", ({ set, out }) => ["export", set, "--to", "yolo", "--out", out]],
    ["label", ({ set, out }) => ["split", set, "--out", out, "--train", "1", "--no-near-duplicates"]],
    ["label", ({ set }) => ["stats", set]],
    ["label", ({ set, out }) => ["view", set, "--out", out]],
    ["detect", ({ set, found }) => ["eval", "--truth", join(set, "annotations.json"), "--predictions", found]],
  ])("%s %o", async (name, argsOf) => {
    const args = argsOf(await scene());
    const refused = await callCommand(name, args);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /annotations\[1\]: no image has the id 2 \(1 label is of images .*; --orphans drop leaves them out\)\n$/,
    );
    const { code, stderr } = await callCommand(name, [...args, "--orphans", "drop"]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^warning: labels of images or categories that the file does not list, left out: 1 \(/m);
  });

  test("label lint, which goes on either way", async () => {
    const { set } = await scene();
    expect((await callCommand("label", ["lint", set])).stdout).toContain("objects that cannot be read");
    const { stdout } = await callCommand("label", ["lint", set, "--orphans", "drop"]);
    expect(stdout).not.toContain("objects that cannot be read");
    expect(stdout).toContain("that the file does not list, left out");
  });

  test("detect train takes the option", async () => {
    const { stdout } = await callCommand("detect", ["train", "--help"]);
    expect(stdout).toMatch(/--orphans <how>/);
  });
});
