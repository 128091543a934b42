import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { AnchorkitError } from "../../src/base/errors.ts";
import {
  copyFileAtomic,
  presentFolder,
  settleFolder,
  writeFileAtomic,
  writeFolderAtomic,
} from "../../src/base/files.ts";
import { folderOf } from "../data/helpers.ts";
import { type FaultyDisk, Killed } from "../training/faultyDisk.ts";

const disk = vi.hoisted((): FaultyDisk => ({ done: 0 }));
vi.mock("node:fs/promises", async (original) =>
  (await import("../training/faultyDisk.ts")).faulty(await original<typeof import("node:fs/promises")>(), disk),
);
afterEach(() => {
  Object.assign(disk, { folder: undefined, dies: undefined, fails: undefined, done: 0 });
});

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

test("a process that dies anywhere in writing a folder leaves the one before or the new one, whole", async () => {
  const left = new Set<string>();
  for (let dies = 1; ; dies++) {
    const root = await folderOf({ "last/a": "before", "last/b": "before" });
    const last = join(root, "last");
    Object.assign(disk, { folder: root, done: 0, dies });
    const written = writeFolderAtomic(last, async (beside) => {
      for (const name of ["a", "b"]) await writeFileAtomic(join(beside, name), "new, and longer");
    });
    const died = await written.catch((error: unknown) => error);
    Object.assign(disk, { folder: undefined });
    const contents = (): string[] => ["a", "b"].map((name) => readFileSync(join(presentFolder(last), name), "utf8"));
    const before = contents(); // for who reads it now
    await settleFolder(last);
    expect(contents(), `dies at operation ${dies}`).toEqual(before);
    expect(new Set(contents()).size).toBe(1);
    expect(readdirSync(root)).toEqual(["last"]);
    expect(readdirSync(last)).toEqual(["a", "b"]);
    left.add(before[0] ?? "");
    if (!(died instanceof Killed)) break;
  }
  expect([...left]).toEqual(["before", "new, and longer"]);
});

test("a folder that fails to come to its place leaves the one before in its own, and speaks of that", async () => {
  const root = await folderOf({ "best/a": "before" });
  const best = join(root, "best");
  for (const [operation, path, file] of [
    ["writeFile", /best\.new/, "best/a"],
    ["rename", /best\.new$/, "best"],
  ] as const) {
    disk.folder = root;
    disk.fails = (name, at) => (name === operation && path.test(at) ? "ENOSPC" : undefined);
    const written = writeFolderAtomic(best, (beside) => writeFileAtomic(join(beside, "a"), "new"));
    await expect(written).rejects.toThrow(`${join(root, file)}: no space is left on the device`);
    expect(readFileSync(join(best, "a"), "utf8")).toBe("before");
    expect(existsSync(`${best}.old`)).toBe(false);
    expect(existsSync(`${best}.new`)).toBe(false);
  }
});
