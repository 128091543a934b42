import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import * as svgCaptcha from "svg-captcha";
import { Random } from "../../src/base/random.ts";

/** Digits and small letters, as in Keras's data, without those that look like others. */
const CHARACTERS = "23456789abcdefghjkmnpqrstuvwxyz";
const LOOKS = {
  size: 5,
  charPreset: CHARACTERS,
  width: 200,
  height: 50,
  noise: 2,
  color: true,
  background: "#f2f2f2",
};

const create: (looks: object) => { text: string; data: string } = svgCaptcha.create;

/**
 * Writes captchas of the npm package svg-captcha, 200 x 50, of 5 letters and digits in its one font, with lines across, and
 * their texts to `labels.csv` (file, text, split; of ten, eight are to train on). A seed gives the same captchas: the package
 * draws from Math.random, which gives numbers of ours meanwhile.
 */
export async function writeCaptchas(folder: string, count: number, seed: string): Promise<void> {
  mkdirSync(join(folder, "images"), { recursive: true });
  const random = new Random(seed);
  const rows = ["file,text,split"];
  const mathRandom = Math.random;
  for (let i = 0; i < count; i++) {
    Math.random = () => random.uniform();
    const { text, data } = create(LOOKS);
    Math.random = mathRandom;
    const file = `images/captcha_${String(i + 1).padStart(5, "0")}.png`;
    writeFileSync(join(folder, file), await sharp(Buffer.from(data)).png().toBuffer());
    rows.push(`${file},${text},${i % 10 === 8 ? "val" : i % 10 === 9 ? "test" : "train"}`);
  }
  writeFileSync(join(folder, "labels.csv"), `${rows.join("\n")}\n`);
}
