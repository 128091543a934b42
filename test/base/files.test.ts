import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AnchorkitError } from "../../src/base/errors.ts";
import { copyFileAtomic, writeFileAtomic, writeFolderAtomic } from "../../src/base/files.ts";
import { folderOf } from "../data/helpers.ts";

test("a file that cannot be written leaves the one before, and nothing beside it", async () => {
  const root = await folderOf({ "a.json": "before", "sub/x": "", file: "" });
  await expect(writeFileAtomic(join(root, "sub"), "new")).rejects.toThrow(AnchorkitError);
  await expect(writeFileAtomic(join(root, "sub"), "new")).rejects.toThrow(
    /sub: is a folder, where a file is expected$/,
  );
  await expect(writeFileAtomic(join(root, "file/below/a"), "new")).rejects.toThrow(
    /below.*: a part of this path is a file/,
  );
  await expect(copyFileAtomic(join(root, "nowhere"), join(root, "a.json"))).rejects.toThrow(/there is no such file/);
  expect(readFileSync(join(root, "a.json"), "utf8")).toBe("before");
  expect(readdirSync(root).sort()).toEqual(["a.json", "file", "sub"]);
});

test("a folder appears whole or not at all", async () => {
  const root = await folderOf({ "best/a": "before" });
  const failing = writeFolderAtomic(join(root, "best"), async (beside) => {
    await writeFileAtomic(join(beside, "a"), "new");
    throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", syscall: "write" });
  });
  await expect(failing).rejects.toThrow(
    /^no space is left on the device; free some, or give another place to write to$/,
  );
  expect(readFileSync(join(root, "best/a"), "utf8")).toBe("before");
  expect(readdirSync(root)).toEqual(["best"]);
});
