import { AnchorkitError } from "../../../base/errors.ts";
import type { SplitName } from "../../dataset.ts";
import { readText, shownPath } from "../../files.ts";
import { splitNamed } from "../../split/splitLists.ts";
import { cvatShape, isTag } from "./cvatShapes.ts";
import type { LabelFormat, ReadOptions, ReadResult } from "../format.ts";
import { joinParts } from "../joinParts.ts";
import { type FileTraits, findLabelFiles, hasTraits, readEach } from "../labelFiles.ts";
import { datasetOf, type NamedImage } from "../namedLabels.ts";
import { writeCvat } from "./writeCvat.ts";
import { childrenOf, parseXml, textOf, type XmlElement } from "../xml.ts";
import { NothingLeftError, warningsOf, type Warnings } from "../../warnings.ts";

/** Larger files would need more memory than there is, parsed. */
const MAX_XML_BYTES = 200_000_000;

const traits: FileTraits = {
  title: "CVAT for images XML",
  extension: /\.xml$/i,
  looksRight: (head) => /<annotations[\s>]/.test(head),
};

/** CVAT's own format, "CVAT for images 1.1", of a task, a job or a project. */
export const cvat: LabelFormat = {
  ...{ id: "cvat", title: traits.title },
  holds: [
    ...(["difficult", "truncated", "occluded", "pose", "segmentation", "mask", "attributes"] as const),
    ...(["split", "labels"] as const),
  ],
  recognizes: (place) => hasTraits(place, traits),
  ...{ read, write: writeCvat },
};

/**
 * Reads CVAT's XML, or all of a folder. Boxes, polygons, ellipses and masks are read, tags as labels of the image.
 * Polygons of one label and group are parts of one object. Attributes called difficult, truncated and pose are taken as
 * VOC's, as CVAT itself does; `z_order`, `group_id` and a `source` that is not "manual" are further attributes.
 *
 * Of images of one name that is the right one which lies in the folder of its subset. An image's split is its subset, else its task's, else the task's name, where these say train, val or test.
 *
 * @throws AnchorkitError naming file, image and shape; and for tracks, which "CVAT for video" holds
 */
async function read(path: string, options: ReadOptions = {}): Promise<ReadResult> {
  const warnings = warningsOf(options);
  const files = await findLabelFiles(path, traits, warnings, options);
  const contents = await readEach(files.labels, warnings, async (from, own) => {
    const name = shownPath(from);
    return contentOf(parseXml(await readText(from, MAX_XML_BYTES), name, "annotations"), from, own);
  });
  const named = contents.flatMap(({ images }) => images);
  if (named.length === 0) throw new NothingLeftError(`${shownPath(path)}: lists no images`);
  const dataset = await datasetOf(named, files, warnings, { classes: contents.flatMap(({ classes }) => classes) });
  return { dataset, warnings: warnings.lines(), source: `${traits.title} in ${shownPath(path)}` };
}

function contentOf(root: XmlElement, from: string, warnings: Warnings): { images: NamedImage[]; classes: string[] } {
  const name = shownPath(from);
  if (childrenOf(root, "track").length > 0) {
    throw new AnchorkitError(`${name}: holds tracks of a video; export it from CVAT as "CVAT for images 1.1"`);
  }
  const meta = metaOf(root);
  const records = childrenOf(root, "image");
  const subsets = new Set(records.map((image) => image.attributes.get("subset") ?? "").filter(isNoDefault));
  const images = records.flatMap((image, i): NamedImage[] => {
    const subset = image.attributes.get("subset") ?? "";
    const file = image.attributes.get("name") ?? "";
    const where = file === "" ? `${name}: image ${i + 1}` : `${name}: "${file}"`;
    if (file === "") {
      warnings.fail(new AnchorkitError(`${where}: has no name`), "bad-object", where);
      return [];
    }
    const [width, height] = ["width", "height"].map((side) => Number(image.attributes.get(side)));
    const size = width && height && width > 0 && height > 0 ? { width, height } : undefined;
    const shapes = childrenOf(image);
    const labels = shapes.filter(isTag).map(({ attributes }) => attributes.get("label") ?? "");
    const objects = shapes.flatMap((shape, at) => {
      const place = `${where}: shape ${at + 1} (${shape.tag})`;
      try {
        return isTag(shape) ? [] : (cvatShape(shape, size, place, warnings) ?? []);
      } catch (error) {
        warnings.fail(error, "bad-object", place);
        return [];
      }
    });
    const split = splitOf(image, meta, where, warnings);
    return [
      {
        ...{ names: [file], from, where, objects: joinParts(objects) },
        ...(isNoDefault(subset) ? { part: subset } : { otherParts: subsets }),
        ...(size && { labelledSize: size }),
        ...(split && { split }),
        ...(labels.length > 0 && { labels: [...new Set(labels)].filter((label) => label !== "") }),
      },
    ];
  });
  return { images, classes: meta.classes };
}

/** Whether a subset is one: CVAT calls the rest "default". */
function isNoDefault(subset: string): boolean {
  return subset !== "" && subset.toLowerCase() !== "default";
}

interface Meta {
  classes: string[];
  /** The split of all images of a task, by its id. */
  splits: Map<string, SplitName>;
  /** That of the only task. */
  split: SplitName | undefined;
}

/** What the head of the file says: labels without those of a skeleton's points, and tasks. */
function metaOf(root: XmlElement): Meta {
  const heads = childrenOf(root, "meta").flatMap((meta) => childrenOf(meta));
  const labels = heads.flatMap((head) => childrenOf(head, "labels")).flatMap((list) => childrenOf(list, "label"));
  const classes = labels.filter((label) => childText(label, "parent") === "").map((label) => childText(label, "name"));
  const tasks = [
    ...heads.filter(({ tag }) => tag === "task" || tag === "job"),
    ...heads.flatMap((head) => childrenOf(head, "tasks")).flatMap((list) => childrenOf(list, "task")),
  ];
  const splits = new Map<string, SplitName>();
  for (const task of tasks) {
    const split = splitNamed(childText(task, "subset")) ?? splitNamed(childText(task, "name"));
    if (split) splits.set(childText(task, "id"), split);
  }
  const split = tasks.length === 1 ? [...splits.values()][0] : undefined;
  return { classes: classes.filter((name) => name !== ""), splits, split };
}

function childText(element: XmlElement, tag: string): string {
  const [child] = childrenOf(element, tag);
  return child ? textOf(child) : "";
}

function splitOf({ attributes }: XmlElement, meta: Meta, where: string, warnings: Warnings): SplitName | undefined {
  const said = attributes.get("subset") ?? "";
  const split = splitNamed(said) ?? meta.splits.get(attributes.get("task_id") ?? "") ?? meta.split;
  if (isNoDefault(said) && splitNamed(said) === undefined) {
    const what = "images in a subset other than train, val and test, taken as in none";
    if (!split) warnings.add(what, where, { detail: ` ("${said}")` });
  }
  return split;
}
