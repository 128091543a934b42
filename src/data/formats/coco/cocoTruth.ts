import type { CocoTruth, TruthImage } from "../../comparison/comparedImage.ts";
import { byId, type RecordId } from "../../comparison/recordChecks.ts";
import { TruthTable } from "../../comparison/truthTable.ts";
import { groupBy, shownPath } from "../../files.ts";
import { Warnings } from "../../warnings.ts";
import type { Orphans } from "../format.ts";
import { readCocoDocument } from "./cocoDocument.ts";
import type { CocoImage } from "./cocoRecords.ts";
import { CocoReferences } from "./cocoReferences.ts";

export interface TruthOptions {
  /** Whether the objects' segmentations are read as masks. */
  masks?: boolean;
  /** What becomes of labels whose image or category is not there: `refuse` unless told. */
  orphans?: Orphans;
}

/**
 * Reads COCO ground truth (instances JSON, of any length, also in gzip) for an evaluation, by the rules by which labels
 * for training are read; but neither the pictures nor the images' names and sizes are needed.
 *
 * Categories of the same name are told apart by their ids, as COCO scores each id on its own.
 *
 * @throws AnchorkitError naming file and record for what is missing or wrong.
 */
export async function readCocoTruth(file: string, { masks = false, orphans }: TruthOptions = {}): Promise<CocoTruth> {
  const name = shownPath(file);
  const warnings = new Warnings();
  const images: { image: Omit<TruthImage, "truth">; labels: RecordId[]; at: number }[] = [];
  const categories = new Map<RecordId, string>();
  const objects = new TruthTable(name, masks);
  const { hasIdZero } = await readCocoDocument(
    file,
    {
      image: (image, at) => images.push({ image: truthImage(image), labels: image.categoryIds ?? [], at }),
      annotation: (annotation, at) => {
        objects.add(annotation);
        if (annotation.flaw === undefined) return;
        const what = "boxes made from segmentations of which a part cannot be read";
        warnings.add(what, `${name}: annotations[${at}]`, { detail: `: ${annotation.flaw}` });
      },
      category: (category) => categories.set(category.id, category.name),
    },
    warnings,
  );
  images.sort((a, b) => byId(a.image.id, b.image.id));
  const categoryIds = [...categories.keys()].sort(byId);
  const ids = { images: images.map(({ image }) => image.id), categories: categoryIds };
  const references = new CocoReferences(name, ids, { warnings, orphans });
  for (const { labels, at } of images) references.followAll(labels, at);
  const truth = objects.into(
    images.map(({ image }) => image),
    (imageId, categoryId, row) => references.follow(imageId, categoryId, row),
  );
  references.end();
  warnSameNames(truth, name, warnings);
  const names = categoryIds.map((id) => ({ id, name: (categories.get(id) ?? "").trim() }));
  return {
    name,
    classes: classNames(names, name, warnings),
    categoryIds,
    images: truth,
    warnings: [...warnings.lines(), ...(hasIdZero ? [`${name}: ${ID_ZERO}`] : [])],
  };
}

const ID_ZERO =
  "an annotation has the id 0: pycocotools counts what matches it as a false positive; here it counts like any other";

function truthImage({ id, fileName, size, split, verified, fields }: CocoImage): Omit<TruthImage, "truth"> {
  return {
    id,
    ...(fileName !== undefined && { fileName }),
    ...(size && { size }),
    fields: { ...fields, ...(split !== undefined && { split }), ...(verified !== undefined && { verified }) },
  };
}

/** Names of categories; those that several have, with the id. */
function classNames(categories: readonly { id: RecordId; name: string }[], file: string, warnings: Warnings): string[] {
  const groups = groupBy(categories, ({ name }) => name);
  for (const [name, group] of groups) {
    if (group.length === 1) continue;
    const what = "names that several categories have, each of which is scored on its own";
    warnings.add(what, `${file}: "${name}"`, { detail: `, ids ${group.map(({ id }) => id).join(", ")}` });
  }
  return categories.map(({ id, name }) => (groups.get(name)?.length === 1 ? name : `${name} (id ${id})`));
}

function warnSameNames(images: readonly TruthImage[], file: string, warnings: Warnings): void {
  const idOf = new Map<string, RecordId>();
  for (const { id, fileName } of images) {
    if (fileName === undefined) continue;
    const other = idOf.get(fileName);
    if (other === undefined) idOf.set(fileName, id);
    else {
      const what = "images whose file_name another one has, too, each of which is scored on its own";
      warnings.add(what, `${file}: "${fileName}"`, { detail: `, ids ${other} and ${id}` });
    }
  }
}
