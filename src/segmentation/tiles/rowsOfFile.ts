import type { StoredImage } from "../../data/images/imageStore.ts";
import { decodeImage, readImageHeader } from "../../data/images/images.ts";
import type { RowSource } from "./rowsOfImage.ts";

/**
 * The rows of an image file, decoded as they are asked for.
 *
 * @throws AnchorkitError naming the file, at once or later, if it cannot be read
 */
export async function rowsOfFile(file: string): Promise<RowSource> {
  const { width, height } = await readImageHeader(file);
  const rows = async (top: number, count: number): Promise<StoredImage> => {
    const { data } = await decodeImage(file, { region: [0, top, width, top + count] });
    return { width, height: count, pixels: data };
  };
  return { width, height, rows };
}
