import { readText, shownPath } from "../../files.ts";
import { splitNamed } from "../../split/splitLists.ts";
import type { LabelFormat, ReadOptions, ReadResult } from "../format.ts";
import { extractImage } from "../extractImage.ts";
import { imageAddress, imageInAddress } from "../imageAddress.ts";
import { type FileTraits, findLabelFiles, hasTraits, readEach } from "../labelFiles.ts";
import { readResults } from "./labelStudioResults.ts";
import { chooseAnnotations, type LabelStudioFound, parseRecords } from "./labelStudioTasks.ts";
import { datasetOf, type NamedImage } from "../namedLabels.ts";
import { writeLabelStudio } from "./writeLabelStudio.ts";
import { NothingLeftError, warningsOf, type Warnings } from "../../warnings.ts";

/** Files of the storage are called by the annotation's number, without an extension. */
const traits: FileTraits = { title: "Label Studio JSON", extension: /\.(?:json|jsonl|ndjson)$|[\\/]\d+$/i, looksRight };

/** Label Studio's exports JSON and JSON-MIN, and what its storage holds. */
export const labelStudio: LabelFormat = {
  ...{ id: "labelstudio", title: traits.title },
  holds: ["score", "segmentation", "mask", "attributes", "split", "fields"],
  recognizes: (place) => hasTraits(place, traits),
  ...{ read, write: writeLabelStudio },
};

function looksRight(head: string): boolean {
  if (!/^\s*(?:\[\s*)?\{/.test(head)) return false;
  if (/"result"\s*:\s*\[/.test(head) && /"(?:task"\s*:\s*\{|to_name"\s*:)/.test(head)) return true;
  if (/"(?:original_width|completed_by|was_cancelled|annotation_id)"\s*:/.test(head)) return true;
  return /"data"\s*:\s*\{/.test(head) && /"(?:annotations|completions|predictions)"\s*:\s*\[/.test(head);
}

/**
 * Reads Label Studio's export, or all of a folder; a folder that its storage wrote has a file for each annotation. Images are found by the names in their addresses (`imageAddress`).
 * Rectangles, polygons, ellipses and brushes are read, whatever the controls are called; further texts and choices of a
 * region are attributes, those of the image and of the task's data fields; "split" among the data is the image's split.
 *
 * An image whose annotation is empty is a background; one that nobody has annotated is left out.
 *
 * @throws AnchorkitError naming file, task and result, and when no task has an annotation
 */
async function read(path: string, options: ReadOptions = {}): Promise<ReadResult> {
  const warnings = warningsOf(options);
  const files = await findLabelFiles(path, traits, warnings, options);
  const records = await readEach(files.labels, warnings, async (from, own) => {
    return parseRecords(await readText(from), from, own);
  });
  const named = chooseAnnotations(records.flat(), warnings).map((task) => imageOf(task, warnings));
  if (named.length === 0) throw new NothingLeftError(`${shownPath(path)}: holds no task with an image`);
  if (named.every(({ isLeftOut }) => isLeftOut)) {
    throw new NothingLeftError(`${shownPath(path)}: none of ${named.length} tasks has an annotation to read`);
  }
  const dataset = await datasetOf(named, files, warnings);
  return { dataset, warnings: warnings.lines(), source: `${traits.title} in ${shownPath(path)}` };
}

function imageOf(task: LabelStudioFound, warnings: Warnings): NamedImage {
  const { where, from, address, upload, results } = task;
  const { objects, labelledSize, isTurned, ...said } = readResults(results ?? [], where, warnings);
  if (isTurned) warnings.add("images that were turned in Label Studio (image_rotation), left out", where);
  const { split: splitName, ...data } = task.fields;
  const split = typeof splitName === "string" ? splitNamed(splitName) : undefined;
  const fields = { ...data, ...(splitName !== undefined && !split && { split: splitName }), ...said.fields };
  const { names, ...missing } = imageAddress(address, upload);
  const inside = imageInAddress(address);
  const takeOut = async (bytes: Uint8Array): Promise<string> =>
    (await extractImage(bytes, names.at(-1) ?? "", "labelstudio", where)).file;
  return {
    ...{ ...missing, names, from, where, objects },
    ...(inside && { takeOut: () => takeOut(inside) }),
    ...(labelledSize ? { labelledSize } : { frame: "fraction" }),
    ...(split && { split }),
    ...(Object.keys(fields).length > 0 && { fields }),
    ...((results === undefined || isTurned) && { isLeftOut: true }),
  };
}
