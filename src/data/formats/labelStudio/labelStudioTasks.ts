import { z } from "zod";
import type { Scalar } from "../../dataset.ts";
import { groupBy } from "../../files.ts";
import type { Warnings } from "../../warnings.ts";
import { checkJson, checkRecords, parseJson } from "../checkedJson.ts";
import { scalarsOf } from "../scalars.ts";

const text = z.string().nullish().catch(undefined);
const number = z.number().nullish().catch(undefined);
const record = z.record(z.string(), z.unknown());
const resultSchema = z.object({
  id: z.union([z.string(), z.number()]).nullish().catch(undefined),
  ...{ type: text, from_name: text, original_width: number, original_height: number, image_rotation: number },
  ...{
    score: number,
    value: record.nullish(),
    meta: z
      .object({ text: z.array(z.string()) })
      .nullish()
      .catch(undefined),
  },
});
const annotationSchema = z.object({
  result: z.array(resultSchema).nullish(),
  ...{ was_cancelled: z.boolean().nullish(), ground_truth: z.boolean().nullish() },
  ...{ created_at: text, updated_at: text },
});
const taskSchema = z.object({
  data: record,
  // "completions" is what versions before 1.0 called them.
  ...{ annotations: z.array(annotationSchema).nullish(), completions: z.array(annotationSchema).nullish() },
  ...{ predictions: z.unknown().optional(), file_upload: text },
});
const times = z.object({ created_at: text, updated_at: text });

/** A region's outline, or a label or text that belongs to one, or to the image. */
export type LabelStudioResult = z.infer<typeof resultSchema>;

/** One image of a Label Studio file, with the annotation that counts. */
export interface LabelStudioTask {
  where: string;
  /** The image's address, and what Label Studio calls the uploaded file. */
  address: string;
  upload?: string;
  /** What else the task's data say. */
  fields: Record<string, Scalar>;
  /** Undefined where nobody has submitted an annotation. */
  results: LabelStudioResult[] | undefined;
}

interface Annotation {
  results: LabelStudioResult[];
  cancelled: boolean;
  truth: boolean;
  at: number;
}

type ImageAnnotations = Omit<LabelStudioTask, "results"> & { annotations: Annotation[]; isPredicted: boolean };

/**
 * The tasks of Label Studio's JSON or JSON-MIN export. Of several annotations of an image the ground truth counts, else
 * the one submitted last; cancelled ones (skipped tasks) do not. What is left out is counted in `warnings`.
 *
 * @param name the file's name for messages
 * @throws AnchorkitError naming the record
 */
export function parseTasks(content: string, name: string, warnings: Warnings): LabelStudioTask[] {
  const items = parseJson(content, z.array(z.unknown()), name);
  const records = checkRecords(items, record, { name, path: [], warnings }).flatMap(({ value: item, key }) => {
    const where = `${name}: [${key}]`;
    try {
      const isTask = typeof item.data === "object" && item.data !== null;
      return isTask ? ofTask(checkJson(item, taskSchema, where), where) : ofMinimal(item, where);
    } catch (error) {
      warnings.fail(error, "bad-object", where);
      return [];
    }
  });
  // JSON-MIN has an item for each annotation of an image.
  return [...groupBy(records, ({ address }) => address).values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const { annotations: _, isPredicted: __, ...task } = first;
    if (task.address === "") {
      warnings.add("tasks without an image, left out", task.where);
      return [];
    }
    const annotations = same.flatMap((each) => each.annotations);
    return [
      {
        ...task,
        results: chosen(
          annotations,
          same.some((each) => each.isPredicted),
          task.where,
          warnings,
        ),
      },
    ];
  });
}

function chosen(
  annotations: readonly Annotation[],
  isPredicted: boolean,
  where: string,
  warnings: Warnings,
): LabelStudioResult[] | undefined {
  const submitted = annotations.filter(({ cancelled }) => !cancelled);
  if (annotations.length > submitted.length) warnings.add("annotations that were cancelled (skipped), left out", where);
  const truths = submitted.filter(({ truth }) => truth);
  const [first, ...others] = truths.length > 0 ? truths : submitted;
  if (!first) {
    const detail = { detail: isPredicted ? " (has predictions alone)" : "" };
    if (annotations.length === 0) warnings.add("images without an annotation, left out", where, detail);
    return undefined;
  }
  if (submitted.length > 1) {
    const which = truths.length > 0 ? "the ground truth" : "the last that was submitted";
    warnings.add(`images with several annotations, ${which} taken`, where, { detail: ` (${submitted.length})` });
  }
  return others.reduce((last, next) => (next.at >= last.at ? next : last), first).results;
}

function ofTask(task: z.infer<typeof taskSchema>, where: string): ImageAnnotations {
  const annotations = (task.annotations ?? task.completions ?? []).map((annotation): Annotation => ({
    ...{ results: annotation.result ?? [], cancelled: annotation.was_cancelled ?? false },
    ...{ truth: annotation.ground_truth ?? false, at: timeOf(annotation) },
  }));
  const isPredicted = Array.isArray(task.predictions) && task.predictions.length > 0;
  return {
    where,
    ...imageOf(task.data),
    ...(task.file_upload && { upload: task.file_upload }),
    annotations,
    isPredicted,
  };
}

/** An item of JSON-MIN: the task's data, and under each control's name a list of its values. */
function ofMinimal(item: Readonly<Record<string, unknown>>, where: string): ImageAnnotations {
  const results: LabelStudioResult[] = [];
  const data: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(item)) {
    const isList = Array.isArray(value) && value.some((each) => typeof each === "object" && each !== null);
    if (!isList) data[key] = OF_EXPORT.has(key) ? undefined : value;
    else {
      for (const each of value as unknown[]) {
        const { original_width, original_height, image_rotation, ...rest } = record.catch({}).parse(each);
        const sizes = { original_width, original_height, image_rotation };
        results.push(resultSchema.parse({ from_name: key, ...sizes, value: rest }));
      }
    }
  }
  const annotation = { results, cancelled: false, truth: false, at: timeOf(times.parse(item)) };
  return { where, ...imageOf(data), annotations: [annotation], isPredicted: false };
}

/** What JSON-MIN adds to the task's data. */
const OF_EXPORT = new Set(["id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time"]);

/** The address among a task's data, "" where there is none: `image`, else what looks most like an image. */
function imageOf(data: Readonly<Record<string, unknown>>): Pick<LabelStudioTask, "address" | "fields"> {
  const texts = Object.keys(data).filter((name) => typeof data[name] === "string");
  const looks = (pattern: RegExp) => texts.find((name) => pattern.test(String(data[name])));
  const key = texts.find((name) => name === "image") ?? looks(IMAGE_NAME) ?? looks(/^(?:\w+:\/\/|data:image)|\/data\//);
  const others = Object.entries(data).filter(([name]) => name !== key);
  const address = key === undefined ? "" : String(data[key]);
  return { address, fields: scalarsOf(Object.fromEntries(others)) ?? {} };
}

const IMAGE_NAME = /\.(?:jpe?g|png|webp|avif|tiff?|gif|bmp)(?:$|[?#&])/i;

function timeOf({ updated_at, created_at }: z.infer<typeof times>): number {
  const time = Date.parse(updated_at ?? created_at ?? "");
  return Number.isNaN(time) ? 0 : time;
}
