import { join, relative } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { listClips } from "../../../../src/cli/detect/clips/listClips.ts";
import { folderOf, jpeg } from "../../../data/helpers.ts";

const image = await jpeg(30, 20);
const frames = (folder: string, count: number): Record<string, Uint8Array> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${folder}/${i + 1}.jpg`, image]));

/** The clips that arguments name: name, path and the numbers of the frames. */
async function listed(files: Record<string, string | Uint8Array>, ...paths: string[]) {
  const folder = await folderOf(files);
  const clips = await listClips(paths.map((path) => join(folder, path)));
  return clips.map(({ name, file, source }) => [name, relative(folder, file), source.numbers.join(" ")]);
}

describe("what a classifier of clips looks at", () => {
  test("are the lines of a CSV, whatever their classes are, each by its stretch of frames", async () => {
    const files = { ...frames("a", 5), ...frames("b", 2) };
    const list = "frame,start,end\na,1,2\na,3,\nb,,\nb,,\n";
    expect(await listed({ ...files, "new/list.csv": list.replaceAll(/^[ab]/gm, "../$&") }, "new/list.csv")).toEqual([
      ["../a 1-2", "a", "1 2"],
      ["../a 3-", "a", "3 4 5"],
      ["../b", "b", "1 2"],
      ["../b-2", "b", "1 2"], // results tell them apart
    ]);
    const known = "frame;start;end;class;clip\na;1;2;walk;first\na;3;4;;second\n";
    expect(await listed({ ...files, "known.csv": known }, "b", "known.csv")).toEqual([
      [expect.stringMatching(/b$/), "b", "1 2"],
      ["first", "a", "1 2"],
      ["second", "a", "3 4"],
    ]);
  });

  test("a CSV that is wrong is refused with its line", async () => {
    const files = frames("a", 3);
    await expect(listed({ ...files, "x.csv": "day,sold\n1,2\n" }, "x.csv")).rejects.toThrow(/x\.csv: line 1: there is no column "frame"/); // prettier-ignore
    await expect(listed({ ...files, "x.csv": "frame,start,end\na,7,9\n" }, "x.csv")).rejects.toThrow(/line 2: has no frame from 7 to 9; its frames are numbered 1 to 3/); // prettier-ignore
    await expect(listed({ ...files, "x.csv": "frame,start,end\nq,,\n" }, "x.csv")).rejects.toThrow(/line 2: "q" is neither a folder, a file nor a pattern/); // prettier-ignore
    await expect(listed(files, "y.csv")).rejects.toThrow(/y\.csv: there is no such file/);
  });

  test("a damaged animation is a clip by itself, and one among frames of its kind is one of those", async () => {
    const gif = await sharp(image).gif().toBuffer();
    const nothing = new Uint8Array();
    expect(await listed({ ...frames("all/a", 2), "all/x.gif": nothing, "all/1.jpg": image }, "all")).toEqual([
      [expect.stringMatching(/all$/), "all", "1"],
      ["a", "all/a", "1 2"],
      ["x.gif", "all/x.gif", "0"],
    ]);
    expect(await listed({ "all/b/1.gif": gif, "all/b/2.gif": nothing }, "all")).toEqual([["b", "all/b", "1 2"]]);
  });
});
