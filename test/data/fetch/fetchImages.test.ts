import { createHash } from "node:crypto";
import { appendFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { fetchImages, type FetchOptions } from "../../../src/data/fetch/fetchImages.ts";
import type { FetchItem } from "../../../src/data/fetch/fetchList.ts";
import { folderOf } from "../helpers.ts";
import { redirect, serve } from "./server.ts";

/** A picture of its own: 8 x 8 random greys, blurred into each other. */
function picture(seed: number): Promise<Buffer> {
  const random = new Random(seed);
  const squares = Uint8Array.from({ length: 64 }, () => random.int(256));
  return sharp(squares, { raw: { width: 8, height: 8, channels: 1 } })
    .resize(96, 64, { fit: "fill", kernel: "cubic" })
    .png()
    .toBuffer();
}

const quick = { backoff: 5, stallTimeout: 1500, timeout: 20_000 } satisfies FetchOptions;

const items = (address: string, ...paths: string[]): FetchItem[] =>
  paths.map((path) => ({ url: address + path, fields: {} }));

async function rowsIn(folder: string): Promise<Record<string, string>[]> {
  return parse(await readFile(join(folder, "images.csv")), { columns: true });
}

async function imagesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name !== "images.csv");
}

test("images come into the folder as they are, with a row that says what, from where, and under what licence", async () => {
  const [a, b] = [
    await picture(1),
    await sharp(await picture(2))
      .jpeg()
      .toBuffer(),
  ];
  const { address } = await serve({ "/x/a.png": a, "/y/a.png": b });
  const folder = join(await folderOf({}), "new", "photos");
  const list = [
    { url: `${address}/x/a.png`, fields: { source: "museum, Paris", licence: "CC0", author: "Ana" } },
    { url: `${address}/y/a.png`, name: "tit", fields: { source: "me", licence: "", author: "" } },
  ];
  const progress: number[] = [];
  const result = await fetchImages(list, folder, { ...quick, onProgress: ({ ok }) => progress.push(ok) });
  expect(result).toEqual({
    ...{ total: 2, ok: 2, kept: 0, duplicates: 0, failed: 0, interrupted: false, failures: [] },
    file: join(folder, "images.csv"),
  });
  expect(progress).toEqual([1, 2]);
  expect(await imagesIn(folder)).toEqual(["a.png", "tit.jpg"]);
  expect(await readFile(join(folder, "tit.jpg"))).toEqual(b);
  const rows = await rowsIn(folder);
  expect(rows.map((row) => row["url"])).toEqual(list.map(({ url }) => url));
  expect(rows[0]).toEqual({
    ...{ url: `${address}/x/a.png`, file: "a.png", status: "ok", reason: "", width: "96", height: "64", format: "png" },
    ...{ bytes: String(a.length), sha256: createHash("sha256").update(a).digest("hex") },
    perceptual_hash: expect.stringMatching(/^[\da-f]{16}$/) as string,
    ...{ source: "museum, Paris", licence: "CC0", author: "Ana" },
  });
});

test("what is no image, or not all of one, fails with its reason, and the others come", async () => {
  const good = await picture(1);
  const server = await serve({
    "/good.png": (_, response) => response.writeHead(200, { "content-type": "text/plain" }).end(good),
    "/page.jpg": (_, response) => response.writeHead(200, { "content-type": "image/jpeg" }).end("<html>Sorry</html>"),
    "/half.png": good.subarray(0, good.length - 40),
    "/drawing.png": Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    "/empty.png": Buffer.alloc(0),
    "/stalls.png": (_, response) => response.write(good.subarray(0, 50)),
    "/loop": redirect("/loop"),
    "/moved": redirect("/other.png"),
    "/other.png": await picture(2),
  });
  const list = [
    ...items(server.address, "/good.png", "/page.jpg", "/half.png", "/drawing.png", "/empty.png", "/stalls.png"),
    ...items(server.address, "/loop", "/moved", "/gone.png"),
    ...items("", "file:///etc/passwd"),
  ];
  const folder = await folderOf({});
  const result = await fetchImages(list, folder, { ...quick, retries: 0 });
  expect(result).toMatchObject({ ok: 2, failed: 8 });
  expect(result.failures.map(({ url, reason }) => `${url.replace(server.address, "")} ${reason}`)).toEqual([
    "/page.jpg what came is HTML, which cannot be read (JPEG, PNG, WebP, AVIF, TIFF, GIF and BMP can)",
    expect.stringMatching(/^\/half\.png what came cannot be decoded: /),
    "/drawing.png what came is a vector drawing (SVG), not an image of pixels",
    expect.stringMatching(/^\/empty\.png what came cannot be decoded: .*empty/i),
    "/stalls.png nothing arrived for 1.5 s",
    "/loop more than 5 redirects",
    "/gone.png the server answers 404 Not Found",
    "file:///etc/passwd file: is not fetched, only http: and https: are",
  ]);
  expect(await imagesIn(folder)).toEqual(["good.png", "moved.png"]);
  expect((await rowsIn(folder)).filter(({ status }) => status === "failed")).toHaveLength(8);
});

test("images that are too small or too large fail", async () => {
  const { address } = await serve({ "/a.png": await picture(1) });
  const failed = async (options: FetchOptions) => {
    const { failures } = await fetchImages(items(address, "/a.png"), await folderOf({}), { ...quick, ...options });
    return failures[0]?.reason;
  };
  expect(await failed({ minSide: 65 })).toBe("what came has 96 x 64 pixels, fewer than 65 on a side");
  expect(await failed({ maxPixels: 6000 })).toBe("what came has 96 x 64 pixels, more than the limit of 6000");
  expect(await failed({ maxBytes: 100 })).toBe("has more than 100 bytes");
  expect(await failed({ minSide: 64, maxPixels: 6144 })).toBeUndefined();
});

describe("near-duplicates", () => {
  const serveCopies = async () => {
    const original = await picture(1);
    return serve({
      "/a.png": original,
      "/same.png": original,
      "/smaller.jpg": await sharp(original).resize(60).jpeg().toBuffer(),
      "/mirrored.png": await sharp(original).flop().png().toBuffer(),
    });
  };

  test("are dropped, with a row that says of what", async () => {
    const { address } = await serveCopies();
    const folder = await folderOf({});
    const list = items(address, "/a.png", "/same.png", "/smaller.jpg", "/mirrored.png");
    expect(await fetchImages(list, folder, { ...quick, jobs: 1 })).toMatchObject({ ok: 2, duplicates: 2, failed: 0 });
    expect(await imagesIn(folder)).toEqual(["a.png", "mirrored.png"]);
    const rows = await rowsIn(folder);
    expect(rows.map(({ status }) => status)).toEqual(["ok", "duplicate", "duplicate", "ok"]);
    expect(rows[1]).toMatchObject({ reason: "the same as a.png", file: "" });
    expect(rows[2]?.["reason"]).toMatch(/^looks like a\.png \([0-6] of 64 bits differ\)$/);
    // and against those of an earlier run
    const later = items(address, "/smaller.jpg?again");
    const { address: elsewhere } = await serveCopies();
    expect(await fetchImages([...later, ...items(elsewhere, "/a.png")], folder, quick)).toMatchObject({
      duplicates: 1,
      failed: 1,
    });
    expect(await rowsIn(folder)).toHaveLength(6);
  });

  test("stay on demand, but not the same bytes twice", async () => {
    const { address } = await serveCopies();
    const folder = await folderOf({});
    const list = items(address, "/a.png", "/same.png", "/smaller.jpg");
    expect(await fetchImages(list, folder, { ...quick, jobs: 1, duplicateBits: null })).toMatchObject({
      ok: 2,
      duplicates: 1,
    });
    expect(await imagesIn(folder)).toEqual(["a.png", "smaller.jpg"]);
  });
});

describe("a server that is busy", () => {
  test("is asked again, later each time", async () => {
    const image = await picture(1);
    const { address, asked } = await serve({
      "/a.png": (_, response, times) => (times < 3 ? response.writeHead(503).end() : response.end(image)),
      "/never.png": (_, response) => response.writeHead(500).end(),
      "/breaks.png": (_, response, times) => {
        if (times > 1) return response.end(image);
        response.writeHead(200, { "content-length": image.length });
        response.write(image.subarray(0, 60));
        return setTimeout(() => response.destroy(), 20);
      },
      "/gone.png": (_, response) => response.writeHead(410).end(),
    });
    const folder = await folderOf({});
    const list = items(address, "/a.png", "/never.png", "/breaks.png", "/gone.png");
    const result = await fetchImages(list, folder, { ...quick, retries: 2, duplicateBits: null });
    expect(result).toMatchObject({ ok: 1, duplicates: 1, failed: 2 });
    expect([...asked.values()].toSorted()).toEqual([1, 2, 3, 3]); // gone.png once: it will not come back
  });

  test("and says how long is left in peace for so long, by all", async () => {
    const [a, b, c] = [await picture(1), await picture(2), await picture(3)];
    const times: Record<string, number> = {};
    const { address, asked } = await serve({
      "/a.png": (_, response, count) => {
        times[`a${count}`] = performance.now();
        if (count === 1) response.writeHead(429, { "retry-after": "1" }).end();
        else response.end(a);
      },
      "/b.png": (_, response) => setTimeout(() => response.end(b), 200), // asked for together with a, done after it
      "/c.png": (_, response) => {
        times["c1"] = performance.now();
        response.end(c);
      },
    });
    const list = items(address, "/a.png", "/b.png", "/c.png");
    expect(await fetchImages(list, await folderOf({}), { ...quick, jobs: 2 })).toMatchObject({ ok: 3, failed: 0 });
    expect(Object.fromEntries(asked)).toEqual({ "/a.png": 2, "/b.png": 1, "/c.png": 1 });
    for (const later of ["a2", "c1"]) expect((times[later] ?? 0) - (times["a1"] ?? 0)).toBeGreaterThan(950);
  });

  test("and asks for a day is left alone, by all", async () => {
    const { address, asked } = await serve({
      "/a.png": (_, response) => response.writeHead(429, { "retry-after": "86400" }).end(),
      "/b.png": await picture(1),
    });
    const list = items(address, "/a.png", "/b.png");
    const { failures } = await fetchImages(list, await folderOf({}), { ...quick, jobs: 1 });
    expect(failures.map(({ reason }) => reason)).toEqual([
      "the server answers 429 Too Many Requests, and wants to be left alone for 24 h",
      "the server wants to be left alone for 24 h",
    ]);
    expect(Object.fromEntries(asked)).toEqual({ "/a.png": 1 });
  });

  test("never gets more requests at once than jobs", async () => {
    const images = await Promise.all(Array.from({ length: 9 }, (_, i) => picture(i)));
    const answers = images.map((image, i) => [
      `/${i}.png`,
      (_: unknown, response: { end: (body: Buffer) => unknown }) => setTimeout(() => response.end(image), 30),
    ]);
    const server = await serve(Object.fromEntries(answers) as Parameters<typeof serve>[0]);
    const list = items(server.address, ...images.map((_, i) => `/${i}.png`));
    expect(await fetchImages(list, await folderOf({}), { ...quick, jobs: 3 })).toMatchObject({ ok: 9 });
    expect(server.busiest()).toBe(3);
  });
});

describe("a run that was ended", () => {
  test("goes on: what is there is not fetched again, what failed is tried again, what was deleted comes back", async () => {
    let broken = true;
    const [a, b, c] = [await picture(1), await picture(2), await picture(3)];
    const { address, asked } = await serve({
      "/a.png": a,
      "/b.png": (_, response) => (broken ? response.writeHead(404).end() : response.end(b)),
      "/c.png": c,
    });
    const folder = await folderOf({});
    const list = items(address, "/a.png", "/b.png", "/c.png");
    expect(await fetchImages(list, folder, quick)).toMatchObject({ ok: 2, kept: 0, failed: 1 });
    broken = false;
    await rm(join(folder, "c.png"));
    expect(await fetchImages(list, folder, quick)).toMatchObject({ ok: 2, kept: 1, failed: 0 });
    expect(Object.fromEntries(asked)).toEqual({ "/a.png": 1, "/b.png": 2, "/c.png": 2 });
    expect(await imagesIn(folder)).toEqual(["a.png", "b.png", "c.png"]);
    expect(await rowsIn(folder)).toHaveLength(3);
  });

  test("by its signal keeps what is done and says that there is more", async () => {
    const image = await picture(1);
    const controller = new AbortController();
    const { address } = await serve({ "/a.png": image, "/b.png": () => undefined, "/c.png": image });
    const folder = await folderOf({});
    const list = items(address, "/a.png", "/b.png", "/c.png");
    const onProgress = () => {
      controller.abort();
    };
    const result = await fetchImages(list, folder, { ...quick, jobs: 2, signal: controller.signal, onProgress });
    expect(result).toMatchObject({ ok: 1, failed: 0, interrupted: true, failures: [] });
    expect((await rowsIn(folder)).map(({ file }) => file)).toEqual(["a.png"]);
    expect(await imagesIn(folder)).toEqual(["a.png"]);
  });

  test("by a crash in the middle of a row loses that row alone", async () => {
    const { address, asked } = await serve({ "/a.png": await picture(1), "/b.png": await picture(2) });
    const folder = await folderOf({});
    await fetchImages(items(address, "/a.png"), folder, quick);
    await appendFile(join(folder, "images.csv"), `${address}/b.png,b.png,o`);
    const list = items(address, "/a.png", "/b.png");
    expect(await fetchImages(list, folder, quick)).toMatchObject({ ok: 1, kept: 1, failed: 0 });
    await appendFile(join(folder, "images.csv"), `${address}/c.png,"c.p`);
    expect(await fetchImages(list, folder, quick)).toMatchObject({ ok: 0, kept: 2, failed: 0 });
    expect(asked.size).toBe(2);
    expect(await rowsIn(folder)).toHaveLength(2);
  });

  test("adds to a folder that has images already, and overwrites none", async () => {
    const { address } = await serve({ "/a.png": await picture(1) });
    const folder = await folderOf({ "A.png": "mine" });
    await fetchImages(items(address, "/a.png"), folder, quick);
    expect((await imagesIn(folder)).toSorted()).toEqual(["A.png", "a-2.png"]);
    expect(await readFile(join(folder, "A.png"), "utf8")).toBe("mine");
  });
});

test("a file is no folder for images", async () => {
  const file = join(await folderOf({ taken: "" }), "taken");
  await expect(fetchImages([], file)).rejects.toThrow("taken: is a file; give a folder for the images");
});

test("an images.csv of somebody else is not touched", async () => {
  const folder = await folderOf({ "images.csv": "image,label\na.jpg,cat\n" });
  await expect(fetchImages([], folder)).rejects.toThrow(/images\.csv: is not of label fetch; choose another folder$/);
  expect(await readFile(join(folder, "images.csv"), "utf8")).toBe("image,label\na.jpg,cat\n");
  await writeFile(join(folder, "images.csv"), "");
  await expect(fetchImages([], folder)).rejects.toThrow("images.csv: the file is empty");
});
