import { createHash } from "node:crypto";
import { mkdtemp, readFile, readdir } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  chooseWheel,
  downloadFromIndex,
  parseProjectPage,
  type IndexFile,
} from "../../../src/engine/install/packageIndex.ts";
import { parseRequirement } from "../../../src/engine/install/requirement.ts";

const TAGS = ["manylinux_2_27_x86_64", "manylinux2014_x86_64"];
const WHEEL = "thing_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl";
const CONTENT = "the content of a wheel";
const SHA256 = createHash("sha256").update(CONTENT).digest("hex");
const page = new URL("https://index.test/simple/thing-cpu/");

describe("parseProjectPage", () => {
  const expected = { filename: WHEEL, url: `https://index.test/files/${WHEEL}`, sha256: SHA256, yanked: false };

  it("reads PEP 503's HTML", () => {
    const html = `<a class="x" href="../../files/${WHEEL}#sha256=${SHA256}" data-requires-python="&gt;=3.10">${WHEEL}</a><br/>
      <a href="bad-1.0-py3-none-any.whl" data-yanked="">bad-1.0-py3-none-any.whl</a>`;
    expect(parseProjectPage(html, "text/html", page)).toEqual([
      expected,
      {
        filename: "bad-1.0-py3-none-any.whl",
        url: `${page.href}bad-1.0-py3-none-any.whl`,
        sha256: undefined,
        yanked: true,
      },
    ]);
  });

  it("reads PEP 691's JSON", () => {
    const files = [{ filename: WHEEL, url: `../../files/${WHEEL}`, hashes: { sha256: SHA256 }, yanked: false }];
    const text = JSON.stringify({ files });
    expect(parseProjectPage(text, "application/vnd.pypi.simple.v1+json", page)).toEqual([expected]);
  });
});

describe("chooseWheel", () => {
  const file = (filename: string, yanked = false): IndexFile => ({ filename, url: filename, sha256: "", yanked });
  const choose = (names: IndexFile[], requirement: string) =>
    chooseWheel(names, parseRequirement(requirement), TAGS)?.filename;

  it("takes the newest version that will do, and CPython 3.11 among its builds", () => {
    const files = [
      file("thing-1.9-cp311-cp311-manylinux_2_27_x86_64.whl"),
      file("thing-1.10-cp310-cp310-manylinux_2_27_x86_64.whl"),
      file("thing-1.10-cp311-cp311-manylinux_2_27_x86_64.whl"),
      file("thing-2.0-cp311-cp311-manylinux_2_27_x86_64.whl"),
    ];
    expect(choose(files, "thing<2")).toBe("thing-1.10-cp311-cp311-manylinux_2_27_x86_64.whl");
  });

  it("leaves out other platforms, other names, sources and yanked files", () => {
    const files = [
      file("thing-1.0-cp311-cp311-win_amd64.whl"),
      file("thing_more-1.0-cp311-cp311-manylinux_2_27_x86_64.whl"),
      file("thing-1.0.tar.gz"),
      file("thing-1.0-cp311-cp311-manylinux_2_27_x86_64.whl", true),
    ];
    expect(choose(files, "thing")).toBeUndefined();
  });

  it("knows several platforms in one name", () => {
    const name = "thing-13.0.85-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl";
    expect(choose([file(name)], "thing>=13")).toBe(name);
  });
});

describe("downloadFromIndex", () => {
  let server: Server;
  let folder: string;
  let address: string;
  let authorization: string | undefined;
  let sha256 = SHA256;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "anchorkit-index-"));
    sha256 = SHA256;
    server = createServer((request, response) => {
      authorization = request.headers.authorization;
      if (request.url === "/simple/thing-cpu/") {
        const hash = sha256 === "" ? "" : `#sha256=${sha256}`;
        response.setHeader("content-type", "text/html");
        response.end(`<a href="/files/${WHEEL}${hash}">${WHEEL}</a>`);
      } else if (request.url === `/files/${WHEEL}`) response.end(CONTENT);
      else response.writeHead(404, "Not Found").end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.close();
  });

  const download = (index: string, requirement = "thing-cpu==2.21.0") =>
    downloadFromIndex(index, parseRequirement(requirement), TAGS, folder, () => undefined);

  it("gets the wheel and checks it", async () => {
    const path = await download(`http://${address}/simple`);
    expect(path).toBe(join(folder, WHEEL));
    expect(await readFile(path, "utf8")).toBe(CONTENT);
  });

  it("refuses a wheel whose sha256 is another, and leaves nothing behind", async () => {
    sha256 = "0".repeat(64);
    await expect(download(`http://${address}/simple/`)).rejects.toThrow(`sha256 is ${SHA256}, but the index says 000`);
    expect(await readdir(folder)).toEqual([]);
  });

  it("refuses a wheel for which the index gives no sha256", async () => {
    sha256 = "";
    await expect(download(`http://${address}/simple`)).rejects.toThrow("the index gives no sha256 for it");
  });

  it("sends the user and password of the address, and keeps them out of messages", async () => {
    await download(`http://me:s%20cret@${address}/simple`);
    expect(authorization).toBe(`Basic ${Buffer.from("me:s cret").toString("base64")}`);
    const failure = download(`http://me:secret@${address}/simple`, "other");
    await expect(failure).rejects.toThrow(`http://${address}/simple/other/: 404 Not Found`);
  });

  it("says so when no wheel fits", async () => {
    await expect(download(`http://${address}/simple`, "thing-cpu==2.22")).rejects.toThrow(
      "has no wheel of thing-cpu for manylinux_2_27_x86_64",
    );
  });

  it("refuses an index without encryption, and what is no address", async () => {
    await expect(download("http://index.test/simple")).rejects.toThrow("must be https");
    await expect(download("simple")).rejects.toThrow('package index "simple": not an address');
  });

  it("gives the reason when nobody answers", async () => {
    server.close();
    await expect(download("http://127.0.0.1:1/simple")).rejects.toThrow(/127\.0\.0\.1:1.*: .+/);
  });
});
