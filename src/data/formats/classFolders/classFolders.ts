import { dirname, extname, relative, resolve, sep } from "node:path";
import { AnchorkitError } from "../../../base/errors.ts";
import type { SplitName } from "../../dataset.ts";
import { isImageName, kindOf, listFiles, shownPath } from "../../files.ts";
import type { Place } from "../../place.ts";
import { sortedClassNames } from "../../placing/classNames.ts";
import { placeLabels } from "../../placing/placeLabels.ts";
import { splitNamed } from "../../split/splitLists.ts";
import type { LabelFormat, Likeness, ReadOptions, ReadResult } from "../format.ts";
import type { FoundImage } from "../../placing/found.ts";
import { writeClassFolders } from "./writeClassFolders.ts";
import { warningsOf } from "../../warnings.ts";

/** Names of folders that say what is in them, not what the images show. */
const NO_CLASSES =
  /^(?:images?|im(?:g|ages?)s?|photos?|pictures?|data|masks?|labels?|annotations?|instances?|jpegimages|segmentation.*)$/i;

/** Files that hold labels of another format, or could; a text does where it is called as an image is. */
const LABELS = /\.(?:xml|jsonl?|ya?ml|pbtxt)$/i;

/** A folder of images for each class, for classifiers: Keras's and torchvision's layout. */
export const classFolders: LabelFormat = {
  id: "folders",
  title: "a folder for each class",
  holds: ["split", "labels"],
  ...{ recognizes, read, write: writeClassFolders },
};

/** Where nothing else holds labels, two folders of images or more are classes. */
function recognizes({ path, kind, files }: Place): Promise<Likeness> {
  const images = kind === "folder" ? classified(path, files.filter(isImageName)) : [];
  const classes = new Set(images.map(({ name }) => name));
  const areClasses = classes.size > 1 && ![...classes].some(isNoClass);
  const stems = new Set(images.map(({ file }) => file.slice(0, -extname(file).length)));
  const labels = files.some((file) => LABELS.test(file) || (file.endsWith(".txt") && stems.has(file.slice(0, -4))));
  return Promise.resolve(areClasses && !labels ? "maybe" : "no");
}

function isNoClass(name: string): boolean {
  return NO_CLASSES.test(name) || splitNamed(name) !== undefined;
}

/**
 * Reads a folder with a folder of images for each class, or one each for train, val and test with such folders. What
 * lies deeper belongs to the class above it. Classes are numbered by name, as Keras does. The data set has no boxes: its
 * images have `labels`.
 *
 * @throws AnchorkitError when there are no such folders
 */
async function read(path: string, options: ReadOptions = {}): Promise<ReadResult> {
  const warnings = warningsOf(options);
  if ((await kindOf(path)) !== "folder") throw new AnchorkitError(`${shownPath(path)}: no such folder`);
  const files = (await listFiles(path)).filter(isImageName);
  const images = classified(resolve(path), files);
  if (images.length === 0) {
    throw new AnchorkitError(`${shownPath(path)}: holds no folders of images, one for each class`);
  }
  const known = new Set(images.map(({ file }) => file));
  for (const file of files) {
    if (!known.has(file)) warnings.add("images outside the folders of classes, left out", shownPath(file));
  }
  const classes = sortedClassNames(images.map(({ name }) => name));
  const found = images.map(({ file, name, split }, i): FoundImage => {
    const labels = [classes.indexOf(name)];
    return { id: i + 1, file, where: shownPath(file), objects: [], labels, ...(split && { split }) };
  });
  const dataset = await placeLabels(found, { classes }, warnings);
  return { dataset, warnings: warnings.lines(), source: `folders of classes in ${shownPath(path)}` };
}

/** Something in a folder of a class, and perhaps of a split. */
export interface ClassifiedImage {
  file: string;
  name: string;
  split: SplitName | undefined;
}

/** Images, or other paths, in folders of classes: those of the innermost folder that holds them all, below splits if there are. */
export function classified(root: string, images: readonly string[]): ClassifiedImage[] {
  const inFolders = images
    .map((file) => ({ file, folders: relative(root, dirname(file)).split(sep).filter(Boolean) }))
    .filter(({ folders }) => folders.length > 0);
  const outer = sharedFolders(inFolders.map(({ folders }) => folders));
  const divided = inFolders.every(({ folders }) => folders.length > outer + 1 && splitNamed(folders[outer] ?? ""));
  return inFolders.map(({ file, folders }) => {
    const split = divided ? splitNamed(folders[outer] ?? "") : undefined;
    return { file, name: folders[divided ? outer + 1 : outer] ?? "", split };
  });
}

/** How many folders lie around all classes and splits. */
function sharedFolders(paths: readonly (readonly string[])[]): number {
  const [first = []] = paths;
  const isShared = (name: string, i: number) => paths.every((path) => path.length > i + 1 && path[i] === name);
  const end = first.findIndex((name, i) => splitNamed(name) !== undefined || !isShared(name, i));
  return Math.max(0, end);
}
