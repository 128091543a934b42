import { dirname } from "node:path";
import { AnchorkitError } from "../../../base/errors.ts";
import { maskUnion } from "../../../geometry/masks/mergeMasks.ts";
import { shownPath } from "../../files.ts";
import { readImageHeader } from "../../images/images.ts";
import type { Size } from "../../../base/preprocessing.ts";
import type { Warnings } from "../../warnings.ts";
import { type LabelPixels, readLabelPixels } from "./labelPixels.ts";
import { type LabelRegion, regionsOf } from "./labelRegions.ts";
import type { MaskedImage } from "./maskFiles.ts";
import type { RegionsOfImage } from "./maskValues.ts";

/** What the masks of an image hold. */
export interface ReadMasks extends RegionsOfImage {
  pair: MaskedImage;
  size: Size;
  /** What kind of file the mask of classes is, where that blurs its values: "a JPEG". */
  lossy?: string;
}

/** A white that grey may lead to, and where the lighter half begins. */
const WHITE = 223;
const MIDDLE = 128;

/** The mask that an image is spoken of by. */
export function maskName({ file, classes, objects, parts }: MaskedImage): string {
  return shownPath(classes ?? objects ?? (parts?.[0] === undefined ? file : dirname(parts[0])));
}

/**
 * Reads the masks of an image.
 *
 * @param colours whether classes are colours, those of a palette, too
 * @throws AnchorkitError naming the mask that cannot be read, is of another shape than the image, or is a photo
 */
export async function readRegions(pair: MaskedImage, colours: boolean, warnings: Warnings): Promise<ReadMasks> {
  const [first = pair.file, ...others] = [pair.classes, pair.objects, ...(pair.parts ?? [])].filter(
    (file) => file !== undefined,
  );
  const start = await readLabelPixels(first, { colours: colours && first === pair.classes });
  const size = { width: start.width, height: start.height };
  await checkShape(first, size, pair.file);
  const read = async (file: string): Promise<LabelPixels> => {
    if (file === first) return start;
    const pixels = await readLabelPixels(file, { colours: false });
    if (pixels.width === size.width && pixels.height === size.height) return pixels;
    const sizes = `${pixels.width} x ${pixels.height} pixels, ${shownPath(first)} ${size.width} x ${size.height}`;
    throw new AnchorkitError(`${shownPath(file)}: has ${sizes}; save both as large as their image`);
  };
  const said = { pair, size, where: maskName(pair) };
  if (pair.parts) {
    const regions: LabelRegion[] = [];
    for (const [i, file] of [first, ...others].entries()) {
      const mask = maskOfPart(await read(file), shownPath(file), warnings);
      if (mask) regions.push({ classValue: 0, objectValue: i + 1, mask });
    }
    return { ...said, regions, kind: undefined };
  }
  const objects = pair.objects === undefined ? undefined : numbersOf(await read(pair.objects), pair.objects);
  const classes = pair.classes === undefined ? undefined : start;
  const regions = regionsOf(classes?.values, objects, size, said.where);
  return { ...said, regions, kind: classes?.kind, ...(classes?.lossy !== undefined && { lossy: classes.lossy }) };
}

/** A mask may be of a smaller copy of its image, or of the photo as stored; of another shape it is not its mask. */
async function checkShape(mask: string, { width, height }: Size, image: string): Promise<void> {
  const header = await readImageHeader(image).catch((error: unknown) => {
    if (error instanceof AnchorkitError) return undefined; // placeLabels tells of it
    throw error;
  });
  if (!header) return;
  const isLike = (ratio: number): boolean => Math.abs((width / height) * ratio - 1) < 0.01;
  if (isLike(header.height / header.width) || (header.orientation >= 5 && isLike(header.width / header.height))) return;
  const sizes = `${width} x ${height} pixels, its image ${header.width} x ${header.height}`;
  throw new AnchorkitError(`${shownPath(mask)}: the mask has ${sizes}; save it as large as its image`);
}

/** Numbers of objects: grey that is stored as colours stays the number that it is. */
function numbersOf({ kind, values, lossy }: LabelPixels, file: string): Uint32Array {
  if (lossy !== undefined) {
    throw new AnchorkitError(`${shownPath(file)}: is ${lossy}, which blurs numbers; save masks as PNG`);
  }
  const isGrey = kind === "rgb" && values.every((value) => value % 0x010101 === 0);
  return isGrey ? values.map((value) => value & 255) : values;
}

/** The mask of one object: what is not black is inside, or, where grey leads to white, the lighter half. */
function maskOfPart(pixels: LabelPixels, where: string, warnings: Warnings): LabelRegion["mask"] | undefined {
  const size = { width: pixels.width, height: pixels.height };
  const values = pixels.kind === "rgb" ? pixels.values.map(lightest) : pixels.values;
  const lit = regionsOf(undefined, values, size, where).filter(({ objectValue }) => objectValue !== 0);
  const isSoft = lit.length > 1 && lit.some(({ objectValue }) => objectValue >= WHITE) && !pixels.deep;
  const inside = isSoft ? lit.filter(({ objectValue }) => objectValue >= MIDDLE) : lit;
  if (isSoft) {
    const what = "masks of one object in black, grey and white, of which the lighter half is read as inside";
    warnings.add(what, where);
  } else if (lit.length > 1) warnings.add("masks of one object with several values, all read as inside", where);
  if (inside.length > 0) return maskUnion(inside.map(({ mask }) => mask));
  warnings.add("masks of an object without a pixel, left out", where);
  return undefined;
}

function lightest(rgb: number): number {
  return Math.max(rgb >> 16, (rgb >> 8) & 255, rgb & 255);
}
