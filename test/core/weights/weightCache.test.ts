import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, test, vi } from "vitest";
import { BACKBONE_NAMES } from "../../../src/core/backbones/names.ts";
import { readPublishedBackbone } from "../../../src/core/publishedBackbone.ts";
import { PUBLISHED_FILES, type PublishedFile } from "../../../src/core/weights/publishedFiles.ts";
import {
  cachedPath,
  checkPretrained,
  isCached,
  locateWeights,
  publishedFile,
  weightsFolder,
} from "../../../src/core/weights/weightCache.ts";

const CONTENT = Buffer.from("weights of a network");

describe("weights by name", () => {
  let server: Server;
  let home: string;
  let file: PublishedFile;
  let asked: string[];
  let answer: Buffer;
  let lines: string[];

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "weights-"));
    vi.stubEnv("XDG_CACHE_HOME", home);
    vi.stubEnv("LOCALAPPDATA", home);
    vi.stubEnv("ANCHORKIT_WEIGHTS_MIRROR", undefined);
    [asked, lines, answer] = [[], [], CONTENT];
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.end(answer);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    file = {
      ...{ name: "tiny", backbone: "resnet18", publisher: "Keras", licence: "MIT", bytes: CONTENT.length },
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/models/tiny-1.h5`,
      sha256: createHash("sha256").update(CONTENT).digest("hex"),
    };
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    server.closeAllConnections();
    server.close();
    await rm(home, { recursive: true });
  });

  const locate = (given: string) =>
    locateWeights(given, { files: [file], patience: 0.3, onMessage: (line) => lines.push(line) });

  it("are downloaded once, and kept", async () => {
    expect(isCached(file)).toBe(false);
    const path = await locate("tiny");
    expect(path).toBe(join(weightsFolder(), "tiny-1.h5"));
    expect(await readFile(path)).toEqual(CONTENT);
    expect(await locate("tiny")).toBe(path);
    expect([asked, isCached(file)]).toEqual([["/models/tiny-1.h5"], true]);
    expect(lines).toEqual([`downloading the weights tiny (0.0 MB, MIT) from ${file.url}`]);
    expect(await readdir(weightsFolder())).toEqual(["tiny-1.h5"]);
  });

  it("are downloaded once where two ask for them at a time", async () => {
    const paths = await Promise.all([locate("tiny"), locate("tiny")]);
    expect(paths).toEqual([cachedPath(file), cachedPath(file)]);
    expect(asked).toHaveLength(1);
  });

  it("are taken from where somebody put them, if they are the file", async () => {
    await mkdir(weightsFolder(), { recursive: true });
    await writeFile(cachedPath(file), CONTENT);
    server.close();
    expect(await locate("tiny")).toBe(cachedPath(file));
    expect(asked).toEqual([]);
  });

  it("are downloaded again where another file is in their place", async () => {
    await mkdir(weightsFolder(), { recursive: true });
    await writeFile(cachedPath(file), Buffer.alloc(CONTENT.length));
    expect(await readFile(await locate("tiny"))).toEqual(CONTENT);
    expect(lines[0]).toMatch(/tiny-1\.h5: not the file that Keras published; downloading it again/);
  });

  it("are refused when they are another file, with what to do, and nothing is left of it", async () => {
    answer = Buffer.alloc(CONTENT.length, 7);
    await expect(locate("tiny")).rejects.toThrow(
      /^weights tiny: http:\S+\/tiny-1\.h5: sha256 is .* nothing of it is kept; if there is no way to get there, put that file, from where there is one, at \S+weights\/tiny-1\.h5, or give its path in place of the name$/,
    );
    expect(await readdir(weightsFolder())).toEqual([]);
  });

  it("come from a mirror where one is set", async () => {
    const mirror = file.url.replace("/models/tiny-1.h5", "/mirror");
    file = { ...file, url: "https://weights.test/models/tiny-1.h5" };
    vi.stubEnv("ANCHORKIT_WEIGHTS_MIRROR", mirror);
    await locate("tiny");
    expect(asked).toEqual(["/mirror/tiny-1.h5"]);
    await rm(cachedPath(file));
    answer = Buffer.from("something else");
    await expect(locate("tiny")).rejects.toThrow(/put https:\/\/weights\.test\/models\/tiny-1\.h5, from where/);
    vi.stubEnv("ANCHORKIT_WEIGHTS_MIRROR", "not an address");
    await expect(locate("tiny")).rejects.toThrow('ANCHORKIT_WEIGHTS_MIRROR "not an address": not an address');
    vi.stubEnv("ANCHORKIT_WEIGHTS_MIRROR", "http://mirror.test");
    await expect(locate("tiny")).rejects.toThrow("http://mirror.test/tiny-1.h5: must be https");
  });

  it("are told from paths, and misspelt ones from both", async () => {
    await writeFile(join(home, "mine.h5"), "");
    expect(await locate(join(home, "mine.h5"))).toBe(join(home, "mine.h5"));
    await expect(locate("Tinny")).rejects.toThrow(
      'Tinny: there is no such file or folder, nor weights of that name (did you mean "tiny"?); there are tiny',
    );
    expect(asked).toEqual([]);
  });

  it("are those of a backbone, whose path messages name then", async () => {
    answer = await readFile(fileURLToPath(new URL("../../fixtures/tensors/nested.keras", import.meta.url)));
    file = { ...file, bytes: answer.length, sha256: createHash("sha256").update(answer).digest("hex") };
    const { path, backbone, width, weights } = await readPublishedBackbone("tiny", { files: [file] });
    expect([path, backbone, width, weights.size]).toEqual([cachedPath(file), "mobilenet-v1", 0.05, 135]);
  });

  it("cannot be kept where the cache cannot be written", async () => {
    await writeFile(join(home, "file"), "");
    vi.stubEnv("XDG_CACHE_HOME", join(home, "file"));
    await expect(locate("tiny")).rejects.toThrow(/file.*: a part of this path is a file, not a folder/);
  });
});

describe("the list of published weights", () => {
  test.each(PUBLISHED_FILES.map((file) => [file.name, file] as const))("%s is complete", (_, file) => {
    expect(new URL(file.url).protocol).toBe(file.publisher === "anchorkit" ? "file:" : "https:");
    expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(file.bytes).toBeGreaterThan(1e6);
    expect(BACKBONE_NAMES).toContain(file.backbone);
    const prefix = /-([0-9a-f]{8})\.pth$/.exec(file.url)?.[1]; // torchvision's names have a part of the checksum
    if (file.publisher === "torchvision") expect(file.sha256.slice(0, 8)).toBe(prefix);
    else expect(prefix).toBe(undefined);
  });

  test("has each name and file once: what comes with anchorkit, then the smallest first", () => {
    for (const values of [PUBLISHED_FILES.map(({ name }) => name), PUBLISHED_FILES.map(cachedPath)]) {
      expect(new Set(values).size).toBe(PUBLISHED_FILES.length);
    }
    expect(PUBLISHED_FILES[0]?.publisher).toBe("anchorkit");
    const sizes = PUBLISHED_FILES.slice(1).map(({ bytes }) => bytes);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
  });

  test("the weights that come with anchorkit are those of the list", async () => {
    const [own] = PUBLISHED_FILES;
    if (!own) throw new Error("the list is empty");
    expect(await locateWeights(own.name)).toBe(cachedPath(own));
    expect(isCached(own)).toBe(true);
    await expect(
      locateWeights("own", { files: [{ ...own, name: "own", sha256: own.sha256.replace(/^./, "x") }] }),
    ).rejects.toThrow(/drawn-world\.safetensors: not the file that came with anchorkit: install it again$/);
  });

  test("says what was meant", () => {
    expect(publishedFile("resnet18").backbone).toBe("resnet18");
    expect(() => publishedFile("resnet-18")).toThrow(
      'there are no weights "resnet-18" (did you mean "resnet18"?); there',
    );
    expect(() => {
      checkPretrained("mobilnet-v2-0.35");
    }).toThrow('(did you mean "mobilenet-v2-0.35"?)');
  });
});
