import { createHash } from "node:crypto";
import { basename, extname, join } from "node:path";
import { cacheFolder } from "../../base/cacheFolder.ts";
import { AnchorkitError } from "../../base/errors.ts";
import { writeFileAtomic } from "../../base/files.ts";
import { withoutControls } from "./exportImages.ts";
import { isImageName, kindOf } from "../files.ts";
import { type ImageHeader, readImageHeader } from "../images/images.ts";
import type { FormatId } from "./format.ts";

const MAX_NAME_CHARACTERS = 80;

/**
 * Puts an image that a label file holds into the user's cache, as it is, unless it is there already.
 *
 * @param name what the label file calls it, which may be nothing, or a path
 * @param format of the label file: a folder of the cache
 * @param where its place in the label file, for messages
 * @throws AnchorkitError when it is no image
 */
export async function extractImage(
  encoded: Uint8Array,
  name: string,
  format: FormatId,
  where: string,
): Promise<{ file: string; header: ImageHeader }> {
  const header = await headerOf(encoded, where);
  const hash = createHash("sha256").update(encoded).digest("hex");
  const own = withoutControls(basename(name.replaceAll("\\", "/")));
  const extension = isImageName(own) ? extname(own) : `.${header.format === "jpeg" ? "jpg" : header.format}`;
  const stem = Array.from(basename(own, extname(own) === extension ? extension : ""))
    .slice(0, MAX_NAME_CHARACTERS)
    .join("");
  const folder = join(cacheFolder(), format, hash.slice(0, 2), hash.slice(2, 18));
  const file = join(folder, `${stem === "" ? "image" : stem}${extension}`);
  if ((await kindOf(file)) !== "file") await writeFileAtomic(file, encoded);
  return { file, header };
}

async function headerOf(encoded: Uint8Array, where: string): Promise<ImageHeader> {
  try {
    return await readImageHeader(encoded);
  } catch (error) {
    if (!(error instanceof AnchorkitError)) throw error;
    throw new AnchorkitError(`${where}: ${error.message.replace(/^image: /, "")}`);
  }
}
