import type { NamedObject } from "./namedLabels.ts";
import { boxAround } from "./shapes.ts";

/** A shape of a label file, and the group that its parts share. */
export interface Part {
  object: NamedObject;
  /** Of a polygon: "7"; undefined for what is whole. */
  group: string | undefined;
}

/**
 * One object for all polygons of the same class and group, in the place of the first: tools that hold no polygons in
 * several parts draw them so, and export them so to COCO.
 */
export function joinParts(parts: readonly Part[]): NamedObject[] {
  const objects: NamedObject[] = [];
  const groups = new Map<string, NamedObject>();
  for (const { object, group } of parts) {
    const key =
      group === undefined || !Array.isArray(object.segmentation) ? undefined : JSON.stringify([object.name, group]);
    const whole = key === undefined ? undefined : groups.get(key);
    if (whole && Array.isArray(whole.segmentation) && Array.isArray(object.segmentation)) {
      whole.segmentation.push(...object.segmentation);
      whole.box = boxAround(whole.segmentation);
    } else {
      if (key !== undefined) groups.set(key, object);
      objects.push(object);
    }
  }
  return objects;
}
