import { isBmp } from "./bmp.ts";

/**
 * What the first bytes of a file say that it is, for messages: "JPEG", "HEIC", "HTML"; undefined for what is not
 * known. Says nothing of whether the rest of the file is sound.
 */
export function fileKind(head: Uint8Array): string | undefined {
  const text = Buffer.from(head.subarray(0, 512)).toString("latin1");
  for (const [start, kind] of STARTS) if (text.startsWith(start)) return kind;
  if (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") return "WebP";
  if (text.slice(4, 8) === "ftyp") return BRANDS.find(([brand]) => text.slice(8, 64).includes(brand))?.[1] ?? "video";
  if (isBmp(head)) return "BMP";
  if (/^\s*(<!--[^]*?-->\s*)?<(!doctype html|html|head|body)\b/i.test(text)) return "HTML";
  if (/^(ï»¿)?\s*<\?xml/.test(text)) return "XML";
  return undefined;
}

const STARTS: readonly (readonly [start: string, kind: string])[] = [
  ["\xff\xd8\xff", "JPEG"],
  ["\x89PNG\r\n\x1a\n", "PNG"],
  ["GIF8", "GIF"],
  ["II*\0", "TIFF"],
  ["MM\0*", "TIFF"],
  ["II+\0", "BigTIFF"],
  ["MM\0+", "BigTIFF"],
  ["\xff\x0a", "JPEG XL"],
  ["\0\0\0\x0cJXL ", "JPEG XL"],
  ["\0\0\0\x0cjP  ", "JPEG 2000"],
  ["8BPS", "Photoshop file"],
  ["%PDF-", "PDF"],
  ["PK\x03\x04", "ZIP archive"],
  ["\x1f\x8b", "gzip file"],
  ["\0\0\x01\0", "Windows icon"],
  ["DICM", "DICOM file"],
];

/** What the "ftyp" box of an ISO media file can name, the first that fits. */
const BRANDS = [
  ["avif", "AVIF"],
  ["avis", "AVIF"],
  ["heic", "HEIC"],
  ["heix", "HEIC"],
  ["hevc", "HEIC"],
  ["mif1", "HEIC"],
] as const;
