import { describe, expect, test } from "vitest";
import { AnchorkitError } from "../../src/base/errors.ts";
import { systemErrorAt } from "../../src/base/systemErrors.ts";

const raw = (code: string, more: object = {}): Error =>
  Object.assign(new Error(`${code}: something, open '/x'`), { code, errno: -1, syscall: "open", ...more });

test.each([
  ["ENOSPC", "out/a.jpg: no space is left on the device; free some, or give another place to write to"],
  ["EACCES", "out/a.jpg: permission denied; change who may read and write it, or give another place"],
  ["EROFS", "out/a.jpg: lies on a disk that can only be read; give another place to write to"],
  ["EISDIR", "out/a.jpg: is a folder, where a file is expected"],
  ["ENOTDIR", "out/a.jpg: a part of this path is a file, not a folder"],
  ["EEXIST", "out/a.jpg: is there already; remove it, or give another place to write to"],
  ["EMFILE", "out/a.jpg: too many files are open; raise the limit (ulimit -n), or use fewer --workers"],
])("%s is said in one line with the file and what to do", (code, line) => {
  const explained = systemErrorAt(raw(code, { path: "elsewhere" }), "out/a.jpg");
  expect(explained).toBeInstanceOf(AnchorkitError);
  expect(explained.message).toBe(line);
  expect(explained.cause).toMatchObject({ code });
});

describe("the path", () => {
  test("is the error's own unless told, the place that something was to go to before all", () => {
    expect(systemErrorAt(raw("ENOENT", { path: "a" })).message).toBe("a: there is no such file or folder");
    expect(systemErrorAt(raw("EEXIST", { path: "a", dest: "b" })).message).toMatch(/^b: is there already/);
    expect(systemErrorAt(raw("ENOSPC")).message).toMatch(/^no space is left/);
  });

  test("and other errors stay as they are", () => {
    for (const error of [new TypeError("bug"), raw("ERR_INVALID_ARG_TYPE"), new AnchorkitError("known")]) {
      expect(systemErrorAt(error, "a")).toBe(error);
    }
  });
});
