import { z } from "zod";
import { checked } from "../../../base/checked.ts";
import type { Scalar } from "../../dataset.ts";
import { groupBy, shownPath } from "../../files.ts";
import type { Warnings } from "../../warnings.ts";
import { checkJson, checkRecords, labelsIn } from "../checkedJson.ts";
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
const storedTask = z.object({ data: record, file_upload: text });
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

/** A task of a file. */
export type LabelStudioFound = LabelStudioTask & Pick<LabelStudioRecord, "from">;

interface Annotation {
  results: LabelStudioResult[];
  cancelled: boolean;
  truth: boolean;
  at: number;
}

/** What a record says: some annotations of an image. */
export interface LabelStudioRecord extends Omit<LabelStudioTask, "results"> {
  annotations: Annotation[];
  isPredicted: boolean;
  /** The label file. */
  from: string;
  /** A single annotation of the storage: others of the same image are in other files. */
  isStored: boolean;
}

/**
 * The records of Label Studio's JSON or JSON-MIN export, of JSON Lines of it, or of a file of its storage, which holds
 * one annotation with its task.
 *
 * @throws AnchorkitError naming the record
 */
export function parseRecords(content: string, from: string, warnings: Warnings): LabelStudioRecord[] {
  const name = shownPath(from);
  const document = documentOf(content, name);
  const isList = Array.isArray(document);
  const items = isList ? (document as unknown[]) : [document];
  return checkRecords(items, record, { name, path: [], warnings }).flatMap(({ value: item, key }) => {
    const where = isList ? `${name}: [${key}]` : name;
    try {
      const isStored = Array.isArray(item.result) && item.task !== undefined;
      return { ...imageAnnotations(isStored ? taskOfStored(item, where) : item, where), from, isStored };
    } catch (error) {
      warnings.fail(error, "bad-object", where);
      return [];
    }
  });
}

/** A list of records, or one of them; JSON Lines, where there are several, become a list. */
function documentOf(content: string, name: string): unknown {
  const lines = content.split(/\r?\n/).filter((line) => line.trim() !== "");
  const isLines = lines.length > 1 && lines.every((line) => /^\s*\{.*\}\s*$/.test(line));
  if (!isLines) return labelsIn(content, name, "labelstudio");
  return lines.map((line, i) => labelsIn(line, `${name}: line ${i + 1}`, "labelstudio"));
}

function imageAnnotations(item: Readonly<Record<string, unknown>>, where: string) {
  const isTask = typeof item.data === "object" && item.data !== null;
  return isTask ? ofTask(checkJson(item, taskSchema, where), where) : ofMinimal(item, where);
}

/** The task with the one annotation that a file of the storage holds. */
function taskOfStored({ task, ...annotation }: Readonly<Record<string, unknown>>, where: string) {
  const { data, file_upload } = checked(task, storedTask, `${where}: task`);
  return { data, file_upload, annotations: [annotation] };
}

/**
 * The images of some records. Of several annotations of an image the ground truth counts, else the one submitted last;
 * cancelled ones (skipped tasks) do not. What is left out is counted in `warnings`.
 */
export function chooseAnnotations(records: readonly LabelStudioRecord[], warnings: Warnings): LabelStudioFound[] {
  // JSON-MIN has an item for each annotation of an image, and the storage a file.
  const keyOf = ({ address, isStored, from }: LabelStudioRecord) => JSON.stringify([isStored ? "" : from, address]);
  return [...groupBy(records, keyOf).values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const { annotations: _, isPredicted: __, isStored: ___, ...task } = first;
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

type ImageAnnotations = Omit<LabelStudioRecord, "from" | "isStored">;

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
