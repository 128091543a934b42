import { relative, resolve } from "node:path";
import { AnchorkitError } from "../../../base/errors.ts";
import { shown } from "../../../base/shown.ts";
import { isImageName, kindOf, listFiles, shownPath, stemOf } from "../../files.ts";
import type { Place } from "../../place.ts";
import type { FoundImage } from "../../placing/found.ts";
import { placeLabels } from "../../placing/placeLabels.ts";
import { splitOfPath } from "../../split/splitLists.ts";
import { textIn } from "../../text/texts.ts";
import { warningsOf } from "../../warnings.ts";
import { writeTextNames } from "./writeTextNames.ts";
import type { LabelFormat, Likeness, ReadOptions, ReadResult, Wanted } from "../format.ts";

/** A folder of crops, each named by the text in it: the form of Keras's captcha example. */
export const textNames: LabelFormat = {
  ...{ id: "textnames", title: "images named by their text", holds: ["split", "text"] },
  ...{ recognizes, read, write: writeTextNames },
};

/** Any folder of images could be one: only where texts are wanted, and nothing else tells them. */
function recognizes({ kind, files }: Place, wanted?: Wanted): Promise<Likeness> {
  const could = wanted === "texts" && kind === "folder" && files.some(isImageName);
  return Promise.resolve(could ? "maybe" : "no");
}

/** Files of the same text are told apart by a number behind "_", which is none of the text. */
const NUMBER = /_\d+$/;

/** With as many images as this, names that all say the same text are numbers of images, not texts. */
const FEW_IMAGES = 4;

/**
 * Reads a folder of images whose names without extension are their texts; a number behind "_" at the end (`AB12_2.png`)
 * only tells files of the same text apart, and is left out. What a name cannot hold ("/") needs a list. Folders called
 * train, val and test are splits.
 *
 * @throws AnchorkitError where there is no image, a name says no text, or all say the same
 */
async function read(path: string, options: ReadOptions = {}): Promise<ReadResult> {
  const warnings = warningsOf(options);
  if ((await kindOf(path)) !== "folder") throw new AnchorkitError(`${shownPath(path)}: no such folder`);
  const root = resolve(path);
  const files = (await listFiles(root)).filter(isImageName);
  if (files.length === 0) throw new AnchorkitError(`${shownPath(path)}: holds no images`);
  const found = files.flatMap((file, i): FoundImage[] => {
    const where = shownPath(file);
    try {
      const text = textIn(stemOf(file).replace(NUMBER, ""), where);
      const split = splitOfPath(relative(root, file));
      return [{ id: i + 1, file, where, objects: [], text, ...(split && { split }) }];
    } catch (error) {
      warnings.fail(error, "bad-object", where);
      return [];
    }
  });
  const [first] = found;
  if (first && found.length >= FEW_IMAGES && found.every(({ text }) => text === first.text)) {
    throw new AnchorkitError(
      `${shownPath(path)}: all ${found.length} images would have the text ${shown(first.text)}, so that their names are no texts; list files and texts in a CSV`,
    );
  }
  const dataset = await placeLabels(found, { classes: [] }, warnings);
  return { dataset, warnings: warnings.lines(), source: `images named by their text in ${shownPath(path)}` };
}
