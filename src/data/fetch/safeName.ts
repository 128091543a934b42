import { basename, extname } from "node:path/posix";
import type { ImageFormat } from "../images/images.ts";

const EXTENSIONS: Record<ImageFormat, readonly string[]> = {
  jpeg: [".jpg", ".jpeg", ".jpe", ".jfif"],
  png: [".png"],
  webp: [".webp"],
  avif: [".avif"],
  tiff: [".tif", ".tiff"],
  gif: [".gif"],
  bmp: [".bmp"],
};

/**
 * A file name for an image that is fine on every system and in no folder above: the name that was asked for, or the
 * last part of the address, without what is not allowed in names, with an extension of what the image is.
 */
export function safeName(url: string, format: ImageFormat, wanted?: string): string {
  const last = basename((wanted ?? lastOf(url)).replaceAll("\\", "/").normalize("NFC"));
  const [usual = "", ...others] = EXTENSIONS[format];
  const known = Object.values(EXTENSIONS).flat();
  const ending = extname(last).toLowerCase();
  const stem = known.includes(ending) ? last.slice(0, -ending.length) : last;
  const cleaned = stem
    // eslint-disable-next-line no-control-regex -- these are what must go
    .replaceAll(/[\u0000-\u001f\u007f-\u009f<>:"/\\|?*%\u202a-\u202e\u2066-\u2069]+/gu, "_")
    .replaceAll(/^[\s.]+|[\s.]+$/g, "");
  const short = Array.from(cleaned).slice(0, MAX_CHARACTERS).join("").trim();
  const free = short === "" ? "image" : RESERVED.test(short) ? `${short}_` : short;
  return free + ([usual, ...others].includes(ending) ? ending : usual);
}

/** The name, or the name with a number, whichever is not taken; capitals do not tell names apart. Takes it. */
export function takeName(name: string, taken: Set<string>): string {
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  let free = name;
  for (let n = 2; taken.has(free.toLowerCase()); n++) free = `${stem}-${n}${extension}`;
  taken.add(free.toLowerCase());
  return free;
}

/** Of up to 4 bytes each: file systems allow 255 bytes, and a number, an extension and more come behind. */
const MAX_CHARACTERS = 50;

/** Names that Windows keeps for itself, whatever follows a dot. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

function lastOf(url: string): string {
  const path = URL.canParse(url) ? new URL(url).pathname : "";
  const last = path.split("/").findLast((part) => part !== "") ?? "";
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
