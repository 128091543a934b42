import { z } from "zod";
import { AnchorkitError } from "../../../base/errors.ts";
import type { Scalar } from "../../dataset.ts";
import type { Warnings } from "../../warnings.ts";
import { checkJson } from "../checkedJson.ts";
import type { ViaImage } from "./viaImage.ts";

const key = z.union([z.string(), z.number()]).transform(String);
const attribute = z.object({ aname: z.string().min(1), type: z.number().nullish(), options: z.record(z.string(), z.string()).nullish() }); // prettier-ignore
const file = z.object({ fname: z.string().min(1), type: z.number().nullish() });
const view = z.object({ fid_list: z.array(key).min(1) });
const metadata = z.object({
  vid: key,
  ...{ z: z.array(z.unknown()), xy: z.array(z.number()) },
  av: z.record(z.string(), z.union([z.string(), z.number()])).nullish(),
});
const project = z.object({
  ...{ attribute: z.record(z.string(), attribute), file: z.record(z.string(), file) },
  ...{ view: z.record(z.string(), view), metadata: z.record(z.string(), metadata) },
});

/** VIA 3's numbers for what a file and an attribute are. */
const [IMAGE, CHECKBOX] = [2, 2];
/** The names of VIA 2 and the parts of its shapes, by VIA 3's numbers; polygons aside. */
const SHAPES: Record<number, readonly string[]> = {
  2: ["rect", "x", "y", "width", "height"],
  3: ["circle", "cx", "cy", "r"],
  4: ["ellipse", "cx", "cy", "rx", "ry"],
};
const POLYGON = 7;

/** Whether a JSON document is a project of VIA 3. */
export function isVia3(document: unknown): boolean {
  const members = ["project", "attribute", "file", "metadata", "view"];
  return typeof document === "object" && document !== null && members.every((name) => name in document);
}

/**
 * The images of a project of VIA 3, with shapes as VIA 2 has them. Views of videos and sounds are left out.
 *
 * @param name of the file, for messages
 * @throws AnchorkitError naming the record
 */
export function via3Images(document: unknown, name: string, from: string, warnings: Warnings): ViaImage[] {
  const via = checkJson(document, project, name);
  const images = new Map<string, ViaImage>();
  for (const [vid, { fid_list }] of Object.entries(via.view)) {
    const shown = via.file[fid_list[0] ?? ""];
    if (!shown) throw new AnchorkitError(`${name}: view.${vid}: no file has the id ${fid_list[0] ?? ""}`);
    const { fname: filename, type } = shown;
    if ((type ?? IMAGE) === IMAGE)
      images.set(vid, { filename, from, where: `${name}: "${filename}"`, fields: {}, regions: [] });
    else warnings.add("files that are no images, left out with their labels", `${name}: "${filename}"`);
  }
  for (const [id, { vid, z: times, xy, av }] of Object.entries(via.metadata)) {
    const where = `${name}: metadata.${id}`;
    if (!via.view[vid]) throw new AnchorkitError(`${where}: no view has the id ${vid}`);
    const image = images.get(vid);
    if (!image || times.length > 0) continue;
    const values = Object.entries(av ?? {}).flatMap(([aid, value]): [string, Scalar][] => {
      const known = via.attribute[aid];
      const said = known ? meaningOf(value, known) : "";
      return known && said !== "" ? [[known.aname, said]] : [];
    });
    if (xy.length === 0) Object.assign(image.fields, Object.fromEntries(values));
    else image.regions.push({ where, shape: shapeOf(xy), attributes: Object.fromEntries(values) });
  }
  return [...images.values()];
}

/** The text behind the number of an option; of ticked boxes, all of them. */
function meaningOf(value: string | number, { type, options }: z.infer<typeof attribute>): Scalar {
  if (typeof value === "number") return options?.[value] ?? value;
  const ids = type === CHECKBOX ? value.split(",").filter((id) => id !== "") : [value];
  return ids.map((id) => options?.[id] ?? id).join(",").trim(); // prettier-ignore
}

function shapeOf([shape = 0, ...numbers]: readonly number[]): Record<string, unknown> {
  if (shape === POLYGON) {
    const [xs, ys] = [0, 1].map((rest) => numbers.filter((_, i) => i % 2 === rest));
    return { name: "polygon", all_points_x: xs, all_points_y: ys };
  }
  const [name = `shape ${shape}`, ...parts] = SHAPES[shape] ?? [];
  return { name, ...Object.fromEntries(parts.map((part, i) => [part, numbers[i]])) };
}
