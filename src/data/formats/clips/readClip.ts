import { AnchorkitError } from "../../../base/errors.ts";
import type { ImageRecord } from "../../dataset.ts";
import { readPages } from "../../images/animation.ts";
import { type SourceFrames, sourceFrames } from "./sourceFrames.ts";

/**
 * A clip without labels: a folder of frames, an animated file, or a pattern of files.
 *
 * @throws AnchorkitError naming it where it has no frames, or the first one cannot be read
 */
export async function readClip(path: string): Promise<ImageRecord> {
  return clipFrom(
    await sourceFrames(path, process.cwd()).catch((error: unknown) => {
      if (!(error instanceof AnchorkitError)) throw error;
      throw new AnchorkitError(
        error.message.startsWith('"') ? error.message.replace(/^"(.*?)" /, "$1: ") : error.message,
      );
    }),
  );
}

/** The clip that frames are. @throws AnchorkitError where the first one cannot be read */
export async function clipFrom({ file, frames }: SourceFrames): Promise<ImageRecord> {
  const { width, height } = await readPages(frames[0]?.file ?? file);
  return { id: 1, file, width, height, objects: [], frames };
}
