import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PUBLISHED_FILES } from "../../../src/core/weights/publishedFiles.ts";
import { cachedPath, publishedFile, weightsFolder } from "../../../src/core/weights/weightCache.ts";
import { callCommand } from "../command.ts";

describe("detect weights", () => {
  let home: string;
  let server: Server;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "weights-"));
    server = createServer((_, response) => response.writeHead(404, "Not Found").end());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    for (const name of ["XDG_CACHE_HOME", "LOCALAPPDATA"]) vi.stubEnv(name, home);
    vi.stubEnv("ANCHORKIT_WEIGHTS_MIRROR", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  afterEach(async () => {
    server.close();
    vi.unstubAllEnvs();
    await rm(home, { recursive: true });
  });

  it("lists names, sizes, licences, and what is here and where", async () => {
    const file = publishedFile("resnet18");
    await mkdir(weightsFolder(), { recursive: true });
    await writeFile(cachedPath(file), "");
    await truncate(cachedPath(file), file.bytes);
    const { code, stdout } = await callCommand("detect", ["weights"]);
    expect(code).toBe(0);
    const lines = stdout.split("\n");
    expect(lines).toHaveLength(PUBLISHED_FILES.length + 4);
    expect(stdout).toMatch(/^name +backbone +publisher +licence +MB +here$/m);
    expect(stdout).toMatch(/^resnet18 +resnet18 +torchvision +BSD-3-Clause +46\.8 +yes$/m);
    expect(stdout).toMatch(/^mobilenet-v2-0\.35 +mobilenet-v2 +Keras +Apache-2\.0 +2\.0 +no$/m);
    expect(stdout).toContain(`\nkept in ${weightsFolder()}\n`);
  });

  it("says it to programs too", async () => {
    const { stdout } = await callCommand("detect", ["weights", "--json"]);
    const { folder, weights } = JSON.parse(stdout) as { folder: string; weights: Record<string, unknown>[] };
    expect(folder).toBe(weightsFolder());
    expect(weights.map(({ name }) => name)).toEqual(PUBLISHED_FILES.map(({ name }) => name));
    expect(weights[0]).toMatchObject({ cached: false, bytes: 2_019_640, licence: "Apache-2.0" });
  });

  it("downloads what is named, or says why not and what to do", async () => {
    const { code, stderr } = await callCommand("detect", ["weights", "vgg16"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^downloading the weights vgg16 \(58\.9 MB, CC-BY-4\.0\) from http:\/\/127\.0\.0\.1:\d+\/vgg16_w/,
    );
    expect(stderr).toMatch(
      /\nerror: weights vgg16: http:\S+: 404 Not Found; if there is no way to get there, put https:/,
    );
    const wrong = await callCommand("detect", ["weights", "resnet19"]);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('(did you mean "resnet18"?); there are')]);
  });
});
