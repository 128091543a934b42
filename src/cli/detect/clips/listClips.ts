import { dirname } from "node:path";
import { AnchorkitError } from "../../../base/errors.ts";
import { framesInList } from "../../../data/formats/clips/clipList.ts";
import { Warnings } from "../../../data/warnings.ts";
import { listFiles, kindOf, shownPath } from "../../../data/files.ts";
import { clipUnits } from "../../../data/formats/clips/clipFolders.ts";
import { isVideo, type SourceFrames, videoAdvice } from "../../../data/formats/clips/sourceFrames.ts";
import { printWarnings } from "../../dataset.ts";
import { freeName, listImageFiles } from "../imageFiles.ts";

/** A clip to look at, and a name for it that no other has; results are named for it. */
export interface NamedSource {
  file: string;
  name: string;
  source: SourceFrames;
}

/**
 * The clips that the arguments of a command name: each folder of frames, and each animated GIF or WebP file, in folders as
 * deep as they go; image files by themselves are frames of the clip that their folder is; and each line of a CSV
 * of clips, see framesInList.
 *
 * @throws AnchorkitError for an argument that names none
 */
export async function listClips(paths: readonly string[]): Promise<NamedSource[]> {
  await refuseFilms(paths);
  const lists = paths.filter((path) => LIST.test(path));
  const files = await listImageFiles(paths.filter((path) => !LIST.test(path)));
  const nameOf = new Map(files.map(({ file, name }) => [file, name]));
  const units = await clipUnits([...nameOf.keys()]);
  const clips = units.map((source) => {
    const { file } = source;
    const inside = nameOf.get(source.frames[0]?.file ?? "") ?? "";
    const folder = dirname(inside);
    return { file, source, name: nameOf.get(file) ?? (folder === "." ? file : folder) };
  });
  const listed = await Promise.all(lists.map(clipsOf));
  const taken = new Set<string>();
  return [...clips, ...listed.flat()].map((clip) => ({ ...clip, name: freeName(clip.name, taken) }));
}

const LIST = /\.[ct]sv$/i;

async function clipsOf(list: string): Promise<NamedSource[]> {
  if ((await kindOf(list)) !== "file") throw new AnchorkitError(`${shownPath(list)}: there is no such file`);
  const warnings = new Warnings();
  const found = await framesInList(list, warnings);
  printWarnings(warnings.lines());
  return found.map(({ name, source }) => ({ file: source.file, name, source }));
}

async function refuseFilms(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const files = (await kindOf(path)) === "folder" ? await listFiles(path) : [path];
    const film = files.find(isVideo);
    if (film !== undefined) throw new AnchorkitError(`${shownPath(film)}: ${videoAdvice(film)}`);
  }
}
