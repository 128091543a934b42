import { mkdirSync, linkSync, readFileSync, symlinkSync, writeFileSync, existsSync, utimesSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AnchorkitError, WouldOverwrite } from "../../../src/base/errors.ts";
import { OutputFolder, type OutputOptions } from "../../../src/base/output/outputFolder.ts";
import { listFiles } from "../../../src/data/files.ts";
import { folderOf } from "../../data/helpers.ts";

const open = (path: string, options: Partial<OutputOptions> = {}) =>
  OutputFolder.open(path, { command: "draw", ...options });

/** Opens a folder and writes these files into it, as a command does. */
async function write(path: string, names: readonly string[], options: Partial<OutputOptions> = {}): Promise<void> {
  const output = await open(path, options);
  await output.requireFree(names);
  await output.write(async () => {
    mkdirSync(path, { recursive: true });
    for (const name of names) await writeFile(join(path, name), `by the command: ${name}`);
  }, names);
}

describe("what is read", () => {
  // each: how the folder to write to is called, in a folder with photos/a.jpg
  const ways: Record<string, (root: string) => string> = {
    "by its name": (root) => join(root, "photos"),
    "through . and ..": (root) => `${root}/./photos/../photos/.`,
    "through a link to it": (root) => {
      symlinkSync(join(root, "photos"), join(root, "link"));
      return join(root, "link");
    },
    "through a link to its parent": (root) => {
      symlinkSync(root, join(root, "up"));
      return join(root, "up", "photos");
    },
  };
  it.each(Object.keys(ways))("is not overwritten, insisted or not, %s", async (way) => {
    const root = await folderOf({ "photos/a.jpg": "original" });
    const path = ways[way]?.(root) ?? "";
    for (const overwrite of [false, true]) {
      const output = await open(path, { overwrite });
      await expect(output.requireFree(["a.jpg"], [join(root, "photos/a.jpg")])).rejects.toThrow(
        /a\.jpg: is read by this command, and would be overwritten; give another folder/,
      );
      await expect(open(path, { overwrite, inputs: [join(root, "photos")] })).rejects.toThrow(
        /: is the input itself; give/,
      );
    }
  });

  it("is not overwritten where a parent folder's structure leads to it", async () => {
    const root = await folderOf({ "photos/day/a.jpg": "original" });
    const output = await open(join(root, "photos"), { overwrite: true });
    await expect(output.requireFree(["day/a.jpg"], [join(root, "photos/day/a.jpg")])).rejects.toThrow(
      /day\/a\.jpg: is read/,
    );
  });

  it("is not overwritten where a link within the folder leads to it", async () => {
    const root = await folderOf({ "photos/a.jpg": "original", "out/x": "" });
    symlinkSync(join(root, "photos"), join(root, "out", "images"));
    const output = await open(join(root, "out"), { overwrite: true });
    const inputs = [join(root, "photos/a.jpg")];
    await expect(output.requireFree(["images/a.jpg"], inputs)).rejects.toThrow(/images\/a\.jpg: is read/);
    await expect(output.requireEmpty(inputs)).rejects.toThrow(/images: is a link to a folder, from which this command/);
  });

  it("is known again as a hard link, unless the command made it", async () => {
    const root = await folderOf({ "photos/a.jpg": "original", "out/x": "" });
    linkSync(join(root, "photos/a.jpg"), join(root, "out/b.jpg"));
    const output = await open(join(root, "out"), { overwrite: true });
    await expect(output.requireFree(["b.jpg"], [join(root, "photos/a.jpg")])).rejects.toThrow(
      /b\.jpg: is the same file as .*a\.jpg, which is read/,
    );
    await output.write(() => Promise.resolve(), ["b.jpg"]);
    await expect((await open(join(root, "out"))).requireFree(["b.jpg"], [join(root, "photos/a.jpg")])).resolves.toBe(
      undefined,
    );
  });

  it("includes all that lies in a folder that is read", async () => {
    const root = await folderOf({ "photos/out/labels.xml": "mine" });
    const output = await open(join(root, "photos/out"), { overwrite: true, inputs: [join(root, "photos")] });
    await expect(output.requireFree(["labels.xml"])).rejects.toThrow(/labels\.xml: lies in .*photos, which is read/);
    await expect(output.requireEmpty()).rejects.toThrow(/lies in/);
  });

  it("is not overwritten even if the command wrote it", async () => {
    const root = await folderOf({});
    await write(join(root, "out"), ["a.json"]);
    const output = await open(join(root, "out"), { overwrite: true });
    await expect(output.requireFree(["a.json"], [join(root, "out/a.json")])).rejects.toThrow(/is read by this command/);
  });
});

describe("what others wrote", () => {
  it("is overwritten if that was asked for alone, and what is not written does not matter", async () => {
    const out = await folderOf({ "a.json": "mine", "b.json": "mine" });
    await expect(write(out, ["a.json"])).rejects.toThrow(WouldOverwrite);
    await expect(write(out, ["a.json"])).rejects.toThrow(/a\.json: is there already, and is not as draw left it/);
    expect(readFileSync(join(out, "a.json"), "utf8")).toBe("mine");
    await write(out, ["c.json"]);
    await write(out, ["a.json"], { overwrite: true });
    expect(readFileSync(join(out, "a.json"), "utf8")).toBe("by the command: a.json");
    expect(readFileSync(join(out, "b.json"), "utf8")).toBe("mine");
  });

  it("is in the way of a folder that shall hold the command's own alone", async () => {
    const out = await folderOf({ "notes.txt": "mine" });
    await expect((await open(out)).requireOwn()).rejects.toThrow(/notes\.txt: is there already/);
    await expect((await open(out, { overwrite: true })).requireOwn()).resolves.toBe(undefined);
  });

  it("includes what another command wrote", async () => {
    const out = join(await folderOf({}), "out");
    await write(out, ["a.json"]);
    await expect((await open(out, { command: "count" })).requireFree(["a.json"])).rejects.toThrow(WouldOverwrite);
  });
});

describe("what the command wrote", () => {
  it("may be replaced, until somebody changes it", async () => {
    const out = join(await folderOf({}), "out");
    await write(out, ["a.json", "b.json"]);
    await write(out, ["a.json"]);
    await write(out, ["b.json"]); // it is still known
    await (await open(out)).requireOwn();
    writeFileSync(join(out, "b.json"), "corrected by hand");
    await write(out, ["a.json"]);
    await expect(write(out, ["b.json"])).rejects.toThrow(WouldOverwrite);
    utimesSync(join(out, "a.json"), 1e9, 1e9);
    await expect(write(out, ["a.json"])).rejects.toThrow(WouldOverwrite);
  });

  it("is known even if the command failed half-way", async () => {
    const out = await folderOf({});
    const output = await open(out);
    const failing = output.write(async () => {
      await writeFile(join(out, "a.json"), "half");
      throw new Error("failed");
    });
    await expect(failing).rejects.toThrow("failed");
    await write(out, ["a.json"]);
  });

  it("goes, and nothing else, where a folder is to be emptied", async () => {
    const out = await folderOf({ "mine.txt": "mine" });
    const first = await open(out, { overwrite: true });
    await first.write(() => writeFile(join(out, "page-2.jpg"), "old"));
    await expect((await open(out)).requireEmpty()).rejects.toThrow(/is not empty; give a new folder/);
    const second = await open(out, { overwrite: true });
    await second.requireEmpty();
    await second.clear();
    expect([existsSync(join(out, "page-2.jpg")), existsSync(join(out, "mine.txt"))]).toEqual([false, true]);
  });
});

describe("a place that cannot be written to", () => {
  it("is a file, or below a file", async () => {
    const root = await folderOf({ file: "x" });
    await expect(open(join(root, "file"))).rejects.toThrow(/file: is a file; give a new folder/);
    await expect(open(join(root, "file/out"))).rejects.toThrow(/out: cannot be made, for .*file is a file/);
    await expect(open(join(root, "file/out"))).rejects.toThrow(AnchorkitError);
  });

  it("leaves nothing behind by being looked at", async () => {
    const root = await folderOf({});
    await (await open(join(root, "a/b"))).requireFree(["c"]);
    expect(existsSync(join(root, "a"))).toBe(false);
  });
});

describe("listFiles", () => {
  it("passes by results, and output within the data it was made of, but not a folder of the user's own", async () => {
    const root = await folderOf({ "photos/a.jpg": "", "photos/mine/b.jpg": "" });
    const photos = join(root, "photos");
    await write(join(photos, "found"), ["a.jpg"], { results: true });
    await write(join(photos, "dataset"), ["annotations.json"], { inputs: [photos] });
    await write(join(photos, "apart"), ["c.jpg"]);
    await write(join(photos, "mine"), ["d.jpg"], { results: true });
    const names = (await listFiles(photos)).map((file) => file.slice(photos.length + 1));
    expect(names).toEqual(["a.jpg", "apart/c.jpg", "mine/b.jpg", "mine/d.jpg"]);
    expect(await listFiles(join(photos, "found"))).toHaveLength(1); // asked for by name
  });
});
