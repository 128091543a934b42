import { isImageName, withoutExtension } from "../files.ts";

/**
 * Endings of what is no image, and stands in names of images all the same: of camera and medical files that were
 * converted since, and of label files.
 */
const OTHER_ENDING =
  /\.(?:p[pgbn]m|tga|jp2|j2k|psd|raw|dng|nef|cr[23]|arw|orf|rw2|raf|dcm|dicom|xml|json|txt|mp4|avi|mov)$/i;

/** The name as it is compared where letter case does not count: composed (Unicode NFC), in small letters. */
export function folded(name: string): string {
  return name.normalize().toLowerCase().normalize();
}

/** The name without an ending that is known: "a.rf.12" of "a.rf.12.jpg", and "photo.v2" of "photo.v2". */
export function imageStem(name: string): string {
  return isImageName(name) || OTHER_ENDING.test(name) ? withoutExtension(name) : name;
}

/** The parts of a path of any machine, `.` and `..` resolved as far as they can be. */
export function pathParts(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split(/[\\/]/)) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts;
}
