import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { serve } from "../../data/fetch/server.ts";
import { callCommand, runCommand } from "../command.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "anchorkit-fetch-"));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
});

function image(colour: string): Promise<Buffer> {
  const left = { create: { width: 20, height: 40, channels: 3, background: "white" } } as const;
  return sharp({ create: { width: 60, height: 40, channels: 3, background: colour } })
    .composite([{ input: left, left: colour === "red" ? 0 : 40, top: 0 }])
    .png()
    .toBuffer();
}

function list(...lines: string[]): string {
  const file = join(folder, "list.csv");
  writeFileSync(file, ["url,licence", ...lines].join("\n"));
  return file;
}

test("label fetch collects images and says how many", async () => {
  const { address } = await serve({ "/red.png": await image("red"), "/blue.png": await image("blue") });
  const out = join(folder, "photos");
  const file = list(`${address}/red.png,CC0`, `${address}/blue.png,CC-BY`);
  const { code, stdout } = await callCommand("label", ["fetch", file, "--out", out]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: `2 images in ${out}\n` });
  expect(readdirSync(out).toSorted()).toEqual(["blue.png", "images.csv", "red.png"]);
  expect(readFileSync(join(out, "images.csv"), "utf8")).toMatch(/^url,file,status,.*,source,licence\n/);
  const again = await callCommand("label", ["fetch", file, "--out", out]);
  expect(again.stdout).toBe(`2 images in ${out}, 0 of them new\n`);
});

test("addresses that fail are named, and the exit code is 1; --json is one document", async () => {
  const { address } = await serve({ "/red.png": await image("red") });
  const out = join(folder, "photos");
  const file = list(`${address}/red.png,`, `${address}/gone.png,`, `${address}/gone.png,`);
  const { code, stdout, stderr } = await runCommand("label", ["fetch", file, "--out", out]);
  expect(code).toBe(1);
  expect(stdout).toBe(
    `1 image in ${out}\n1 failed:\n  ${address}/gone.png: the server answers 404 Not Found\n` +
      "run the same command again to retry those\n",
  );
  expect(stderr).toBe("warning: 1 address is repeated and is fetched only once\n");
  const json = await runCommand("label", ["fetch", file, "--out", out, "--json"]);
  expect(json.code).toBe(1);
  expect(JSON.parse(json.stdout)).toMatchObject({ total: 2, ok: 0, kept: 1, duplicates: 0, failed: 1 });
});

test("Ctrl-C ends it in good order, and the same command goes on", async () => {
  const blue = await image("blue");
  let interrupt = (): void => undefined;
  const asked = new Promise<void>((resolve) => (interrupt = resolve));
  const server = await serve({
    "/red.png": await image("red"),
    "/blue.png": (_, response, times) => {
      if (times === 1)
        interrupt(); // and never answers
      else response.end(blue);
    },
  });
  const out = join(folder, "photos");
  const args = [
    "fetch",
    list(`${server.address}/red.png,`, `${server.address}/blue.png,`),
    "--out",
    out,
    "--jobs",
    "1",
  ];
  const ended = await runCommand("label", args, asked);
  expect(ended).toEqual({
    code: 130,
    stdout: `1 image in ${out}\n1 not fetched yet: run the same command again to continue\n`,
    stderr: "\nstopping; run the same command again to continue\n",
  });
  const then = await runCommand("label", args);
  expect(then).toEqual({ code: 0, stdout: `2 images in ${out}, 1 of them new\n`, stderr: "" });
  expect(Object.fromEntries(server.asked)).toEqual({ "/red.png": 1, "/blue.png": 2 });
});

test("wrong usage is exit code 2, and a list that is not there 1", async () => {
  expect((await callCommand("label", ["fetch", "urls.txt"])).code).toBe(2);
  expect((await callCommand("label", ["fetch", "urls.txt", "--out", folder, "--jobs", "0"])).code).toBe(2);
  const { code, stderr } = await callCommand("label", ["fetch", "gone.txt", "--out", folder]);
  expect({ code, stderr }).toEqual({ code: 1, stderr: "error: gone.txt: no such file\n" });
});
