import { dirname } from "node:path";
import { AnchorkitError } from "../../../base/errors.ts";
import { listFiles, kindOf, shownPath } from "../../../data/files.ts";
import { clipUnits } from "../../../data/formats/clips/clipFolders.ts";
import { isVideo, type SourceFrames, videoAdvice } from "../../../data/formats/clips/sourceFrames.ts";
import { listImageFiles } from "../imageFiles.ts";

/** A clip to look at, and a name for it that no other has; results are named for it. */
export interface NamedSource {
  file: string;
  name: string;
  source: SourceFrames;
}

/**
 * The clips that the arguments of a command name: each folder of frames, and each animated GIF or WebP file, in folders as
 * deep as they go; image files by themselves are frames of the clip that their folder is.
 *
 * @throws AnchorkitError for an argument that names none
 */
export async function listClips(paths: readonly string[]): Promise<NamedSource[]> {
  await refuseFilms(paths);
  const files = await listImageFiles(paths);
  const nameOf = new Map(files.map(({ file, name }) => [file, name]));
  const units = await clipUnits([...nameOf.keys()]);
  return units.map((source) => {
    const { file } = source;
    const inside = nameOf.get(source.frames[0]?.file ?? "") ?? "";
    const folder = dirname(inside);
    return { file, source, name: nameOf.get(file) ?? (folder === "." ? file : folder) };
  });
}

async function refuseFilms(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const files = (await kindOf(path)) === "folder" ? await listFiles(path) : [path];
    const film = files.find(isVideo);
    if (film !== undefined) throw new AnchorkitError(`${shownPath(film)}: ${videoAdvice(film)}`);
  }
}
