import { mkdtemp, readFile, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { readFromZip, unzip } from "../../../src/engine/install/unzip.ts";
import { zipOf } from "../../base/zipFixture.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "anchorkit-unzip-"));
});

async function archive(files: Record<string, string>): Promise<string> {
  const path = join(folder, "archive.zip");
  await writeFile(path, zipOf(files));
  return path;
}

describe("unzip", () => {
  it("writes the wanted files under their own names, and no others", async () => {
    const zip = await archive({ "a/b/one.txt": "first", "a/two.txt": "second", "c/three.txt": "third" });
    const names = await unzip(zip, join(folder, "out"), (name) => name.startsWith("a/"));
    expect(names).toEqual(["a/b/one.txt", "a/two.txt"]);
    expect(await readFile(join(folder, "out/a/b/one.txt"), "utf8")).toBe("first");
    expect(await readdir(join(folder, "out"))).toEqual(["a"]);
  });

  it.each(["../outside.txt", "/outside.txt", "a/../../outside.txt"])("refuses the name %s", async (name) => {
    const zip = await archive({ [name]: "evil" });
    await expect(unzip(zip, join(folder, "out"), () => true)).rejects.toThrow(/relative path|absolute path/);
    expect(await readdir(folder)).toEqual(["archive.zip"]);
  });

  it("refuses a file that is not an archive", async () => {
    const path = join(folder, "page.whl");
    await writeFile(path, "<html>please log in</html>");
    await expect(unzip(path, folder, () => true)).rejects.toThrow(/zip file|central directory/i);
  });

  it("reads the text of one file", async () => {
    const zip = await archive({ "x-1.dist-info/RECORD": "r", "x-1.dist-info/METADATA": "Name: x" });
    expect(await readFromZip(zip, ".dist-info/METADATA")).toBe("Name: x");
    expect(await readFromZip(zip, "LICENSE")).toBeUndefined();
  });
});
