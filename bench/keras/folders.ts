import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { bmpOf } from "../bmp.ts";
import { Random } from "../../src/base/random.ts";

/** Names of classes whose order is a question; one has no images. */
const CLASSES = ["bees", "ants", "Ants", "wasps", "10", "9", "no images", "été", "ｆｌｙ", "🐝", "a b"];

/** A folder of classes with images in several formats, in folders below too, and what is no image; and links. */
export async function makeClasses(folder: string, names: readonly string[] = CLASSES): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  const random = new Random(1);
  for (const name of names) {
    mkdirSync(join(folder, name), { recursive: true });
    if (name === "no images") continue;
    for (const file of ["b/9.png", "b/10.png", "b-1/x.bmp", "a.PNG", "c.png", "B.gif", "b.png", "b/d/grey.png"]) {
      await save(join(folder, name, file), random);
    }
    await save(join(folder, name, "deep.png"), random, true);
    await save(join(folder, name, "palette.png"), random);
    writeFileSync(join(folder, name, "notes.txt"), "no image");
  }
  await save(join(folder, "beside.png"), random);
  if (names !== CLASSES) rmSync(join(folder, "beside.png"));
  await save(join(folder, "..", "elsewhere", "linked.png"), random);
  if (names === CLASSES) {
    symlinkSync("../../elsewhere", join(folder, "ants", "link"));
    symlinkSync("../../elsewhere/linked.png", join(folder, "ants", "file link.png"));
  }
  return folder;
}

/** PNG images of several sizes, larger and smaller than `SIZES`: noise, and stripes of one pixel. */
export async function makePatterns(folder: string): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  const random = new Random(2);
  for (const [width, height] of [
    [64, 48],
    [48, 64],
    [101, 37],
    [7, 5],
    [1, 1],
    [333, 250],
    [60, 40],
  ] as const) {
    const noise = Uint8Array.from({ length: width * height * 3 }, () => random.int(256));
    const stripes = Uint8Array.from({ length: width * height * 3 }, (_, i) => (Math.floor(i / 3) % 2 ? 255 : 0));
    for (const [name, data] of Object.entries({ noise, stripes })) {
      mkdirSync(join(folder, name), { recursive: true });
      const image = sharp(data, { raw: { width, height, channels: 3 } });
      await image.png().toFile(join(folder, name, `${width}x${height}.png`));
    }
  }
  return folder;
}

/** Images with masks of the same names. */
export async function makePairs(folder: string): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  const random = new Random(3);
  for (let i = 0; i < 12; i++) {
    const [width, height] = [20 + random.int(80), 20 + random.int(80)];
    for (const [side, most] of [
      ["images", 256],
      ["masks", 5],
    ] as const) {
      const file = join(folder, side, i % 3 === 0 ? `sub/${i}.png` : `${i}.png`);
      mkdirSync(dirname(file), { recursive: true });
      const data = Uint8Array.from({ length: width * height }, () => random.int(most));
      const image = sharp(data, { raw: { width, height, channels: 1 } });
      await image.toColourspace("b-w").png().toFile(file);
    }
  }
  return folder;
}

async function save(file: string, random: Random, deep = false): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  const [width, height] = [20 + random.int(30), 20 + random.int(30)];
  if (file.endsWith(".bmp")) {
    writeFileSync(
      file,
      bmpOf(width, height, () => random.int(256)),
    );
    return;
  }
  const channels = file.includes("grey") ? 1 : 3;
  const count = width * height * channels;
  const raw = { raw: { width, height, channels } } as const;
  const image = deep
    ? sharp(
        Uint16Array.from({ length: count }, () => random.int(65_536)),
        raw,
      ).toColourspace("rgb16")
    : sharp(
        Uint8Array.from({ length: count }, () => random.int(256)),
        raw,
      );
  const written = file.endsWith(".gif") ? image.gif() : image.png({ palette: file.includes("palette") });
  await written.toFile(file);
}
