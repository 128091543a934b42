import sharp from "sharp";
import { Random } from "../../../src/base/random.ts";
import { labelImgXml } from "../helpers.ts";

type Files = Record<string, string | Uint8Array>;

/** A picture of its own for each seed, as smooth as photos are. */
export function picture(seed: number, quality = 90): Promise<Buffer> {
  const random = new Random(seed);
  const pixels = Uint8Array.from({ length: 8 * 6 * 3 }, () => random.int(256));
  const small = sharp(pixels, { raw: { width: 8, height: 6, channels: 3 } });
  return small.resize(100, 80, { kernel: "cubic", fit: "fill" }).jpeg({ quality }).toBuffer();
}

/** A picture that EXIF turns or mirrors. */
async function turned(orientation: number): Promise<Buffer> {
  return sharp(await picture(orientation + 500))
    .withMetadata({ orientation })
    .jpeg()
    .toBuffer();
}

/** A folder of LabelImg in which everything went wrong once, each in its own file, named for it. */
export async function everyTrap(): Promise<Files> {
  const files: Files = {};
  let seed = 1;
  const add = async (name: string, xml: string | Uint8Array | undefined, photo?: Uint8Array) => {
    files[`${name}.jpg`] = photo ?? (await picture(seed++));
    if (xml !== undefined) files[`${name}.xml`] = xml;
  };
  const cat = (name: string, ...box: [number, number, number, number] | []) => {
    const [x1 = 10, y1 = 20, x2 = 60, y2 = 70] = box;
    return labelImgXml(`${name}.jpg`, [["cat", x1, y1, x2, y2]]);
  };
  const edited = (name: string, from: string | RegExp, to: string) => cat(name).replace(from, to);
  for (let i = 0; i < 25; i++) await add(`good-${i}`, cat(`good-${i}`));
  await add("no-extension", edited("no-extension", "no-extension.jpg</filename", "no-extension</filename"));
  await add("other-folder", edited("other-folder", "<filename>", "<filename>C:\\photos\\"));
  await add("other-image", cat("good-1"));
  await add("swapped", cat("swapped", 60, 20, 10, 70));
  await add("exchanged", cat("exchanged", 70, 20, 60, 10)); // xmin and ymax of 10, 20, 60, 70
  await add("float", cat("float", 10.5, 20.25, 60, 70));
  await add("overhang", cat("overhang", 50, 20, 120, 70));
  await add("outside", cat("outside", 110, 20, 120, 70));
  await add("zero-area", cat("zero-area", 10, 20, 10, 70));
  await add("tiny", cat("tiny", 10, 20, 12, 70));
  await add("difficult", edited("difficult", "<difficult>0", "<difficult>1"));
  await add("verified", edited("verified", "<annotation>", '<annotation verified="yes">'));
  await add("case", edited("case", ">cat<", ">Cat<"));
  await add("spaces", edited("spaces", ">cat<", "> cat <"));
  await add("typo", edited("typo", ">cat<", ">catt<").replace(">catt<", ">elephnat<"));
  for (let i = 0; i < 6; i++) await add(`elephant-${i}`, edited(`elephant-${i}`, ">cat<", ">elephant<"));
  await add("size-0", labelImgXml("size-0.jpg", [["cat", 10, 20, 60, 70]], [0, 0]));
  await add("wrong-size", labelImgXml("wrong-size.jpg", [["cat", 10, 20, 60, 70]], [500, 80]));
  await add("resized", labelImgXml("resized.jpg", [["cat", 20, 40, 120, 140]], [200, 160]));
  await add("turned", cat("turned"), await turned(6));
  await add("mirrored", edited("mirrored", /<size>[^]*<\/size>/, ""), await turned(2));
  await add("twice", cat("twice"), await picture(1)); // good-0's
  await add("alike", cat("alike"), await picture(2, 40)); // good-1's, recompressed
  await add("no-xml", undefined);
  files["no-image.xml"] = cat("no-image");
  await add("empty", "");
  await add("truncated", cat("truncated").slice(0, 300));
  await add("bomb", `<!DOCTYPE a [<!ENTITY e0 "ha"><!ENTITY e1 "&e0;&e0;">]><annotation>&e1;</annotation>`);
  await add("doctype", `<!DOCTYPE annotation>${cat("doctype")}`);
  await add("bom", `\ufeff${cat("bom")}`);
  await add("utf-16", Buffer.from(`\ufeff${cat("utf-16")}`, "utf16le"));
  await add("no-name", edited("no-name", "<name>cat</name>", ""));
  await add("not-a-number", edited("not-a-number", "<xmin>10", "<xmin>ten"));
  await add("broken-image", cat("broken-image"), Buffer.from("no image"));
  await add("cut-image", cat("cut-image"), (await picture(999)).subarray(0, 1500));
  const pair = (box: [number, number, number, number], name = "cat") =>
    labelImgXml("pair.jpg", [["cat", 10, 20, 60, 70], [name, ...box]]); // prettier-ignore
  await add("same-box", pair([10, 20, 60, 70]));
  await add("near-box", pair([10, 20, 60, 69]));
  await add("two-names", pair([10, 20, 60, 70], "elephant"));
  files["two-names-copy/two-files.jpg"] = await picture(seed++);
  files["two-names-copy/two-files.xml"] = cat("two-files");
  files["more/two-files.xml"] = cat("two-files");
  return files;
}
