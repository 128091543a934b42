import { type Element, type ElementMap, listOf, numberOf } from "./vocElement.ts";

/** Tags that hold where an object is, in XML of other tools than LabelImg. */
const PLACES = ["robndbox", "polygon", "box", "bbox", "rectangle", "points", "segmentation"];
const CORNERS = ["xmin", "ymin", "xmax", "ymax"];

/**
 * The corners of an object's <polygon>, x and y in turn: <x1>, <y1>, <x2>, … (Labelbox, Roboflow), or a <pt> with <x> and
 * <y> for each (LabelMe of MIT); undefined where it has none.
 *
 * @throws AnchorkitError for a corner that is no number
 */
export function polygonIn(object: ElementMap, where: string): number[] | undefined {
  const [polygon] = listOf(object.polygon);
  if (polygon === undefined) return undefined;
  if (typeof polygon === "string") return undefined;
  const corners: number[] = [];
  for (const point of [...listOf(polygon.pt), ...listOf(polygon.point)]) {
    if (typeof point === "string") continue;
    const [x, y] = [numberOf(point, "x", where), numberOf(point, "y", where)];
    if (x !== undefined && y !== undefined) corners.push(x, y);
  }
  for (let i = 1; polygon[`x${i}`] !== undefined; i++) {
    const [x, y] = [numberOf(polygon, `x${i}`, where), numberOf(polygon, `y${i}`, where)];
    if (x !== undefined && y !== undefined) corners.push(x, y);
  }
  return corners.length > 0 ? corners : undefined;
}

/** What stands in the place of <bndbox>, and what to do: "; it has <robndbox>: oriented boxes …". */
export function insteadOfBox(object: ElementMap): string {
  if (object.robndbox !== undefined) return `; it has <robndbox>: ${ORIENTED}`;
  const others = Object.keys(object).filter((tag) => PLACES.includes(tag) || /point|line|circle|mask/.test(tag));
  return others.length > 0 ? `; it has <${others.join(">, <")}>, which is not read: write the box around it` : "";
}

const ORIENTED = "oriented boxes (roLabelImg) are not read; write the upright box around each";

/** What stands in the place of corners in a <bndbox>. */
export function insteadOfCorners(corners: ElementMap): string {
  const tags = Object.keys(corners).filter((tag) => !CORNERS.includes(tag) && !/^[#@]/.test(tag));
  if (tags.length === 0) return "";
  const isOriented = tags.some((tag) => /^(?:angle|rotation|theta)$/.test(tag));
  return `; <bndbox> has <${tags.join(">, <")}>${isOriented ? `: ${ORIENTED}` : ""}`;
}

/** The way to an element that looks like an object: "<items><item>"; undefined where none does. */
export function lookalikeIn(root: ElementMap, depth = 0): string | undefined {
  if (depth > 4) return undefined;
  for (const [tag, children] of Object.entries(root)) {
    for (const child of listOf(children)) {
      if (typeof child === "string") continue;
      if (looksLikeObject(child)) return `<${tag}>`;
      const below = lookalikeIn(child, depth + 1);
      if (below !== undefined) return `<${tag}>${below}`;
    }
  }
  return undefined;
}

function looksLikeObject(element: Exclude<Element, string>): boolean {
  const has = (tag: string): boolean => element[tag] !== undefined || element[`@${tag}`] !== undefined;
  return has("bndbox") || PLACES.some(has) || CORNERS.every(has);
}
