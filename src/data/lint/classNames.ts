import { countOf } from "../../base/words.ts";
import { editDistance } from "../../geometry/nearest.ts";
import type { Dataset } from "../dataset.ts";
import { groupBy } from "../files.ts";
import type { Findings } from "./findings.ts";

/**
 * Merges classes whose names differ in case or spaces alone into the most frequent spelling. Names of a single letter
 * are left apart: "a" and "A" are two characters.
 */
export function mergeAlikeClasses(dataset: Dataset, findings: Findings): Dataset {
  const counts = countObjects(dataset);
  const alike = groupBy([...dataset.classes.keys()], (k) => folded(dataset.classes[k] ?? ""));
  const target = new Map<number, number>();
  for (const spellings of alike.values()) {
    const [best = 0, ...others] = spellings.toSorted((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b);
    for (const k of others) target.set(k, best);
  }
  if (target.size === 0) return dataset;
  for (const [k, best] of target) {
    const [before, after] = [JSON.stringify(dataset.classes[k]), JSON.stringify(dataset.classes[best])];
    const detail = `${before} (${countOf(counts[k] ?? 0, "object")}) and ${after} (${counts[best] ?? 0})`;
    findings.add("alike-classes", "classes", { detail, change: { before, after } });
  }
  return renumbered(dataset, target, findings);
}

/** "Light  Bulb " as "light bulb". */
function folded(name: string): string {
  const plain = name.normalize("NFC").trim().replace(/\s+/g, " ");
  return Array.from(plain).length === 1 ? plain : plain.toLowerCase();
}

function renumbered(dataset: Dataset, target: ReadonlyMap<number, number>, findings: Findings): Dataset {
  const kept = [...dataset.classes.keys()].filter((k) => !target.has(k));
  const places = new Map(kept.map((k, i) => [k, i]));
  const classOf = (k: number): number => places.get(target.get(k) ?? k) ?? 0;
  const images = dataset.images.map((image) => {
    const objects = image.objects.map((object) => {
      const moved = { ...object, class: classOf(object.class) };
      findings.placed(moved, findings.placeOf(object));
      return moved;
    });
    const labels = image.labels && [...new Set(image.labels.map(classOf))];
    const moved = { ...image, objects, ...(labels && { labels }) };
    findings.placed(moved, findings.placeOf(image));
    return moved;
  });
  const categoryIds = dataset.categoryIds && kept.map((k) => dataset.categoryIds?.[k] ?? 0);
  return { classes: kept.map((k) => dataset.classes[k] ?? ""), ...(categoryIds && { categoryIds }), images };
}

/** How many objects, or images where they have no boxes, there are of each class. */
export function countObjects({ classes, images }: Dataset): number[] {
  const counts = new Array<number>(classes.length).fill(0);
  for (const { objects, labels = [] } of images) {
    const named = objects.length > 0 ? objects.map((object) => object.class) : labels;
    for (const k of named) counts[k] = (counts[k] ?? 0) + 1;
  }
  return counts;
}

/**
 * Names that are probably misspelt: another class's with other separators ("stop_sign"), or a letter or two from that of
 * a class that has at least five times as many objects (20 times for names of three letters). Names that differ in
 * numbers are meant to.
 */
export function findTypos(dataset: Dataset, findings: Findings): void {
  const counts = countObjects(dataset);
  const names = dataset.classes.map((name) => folded(name).replace(/[\s_-]+/g, ""));
  const numberless = names.map((name) => name.replace(/\d+/g, "#"));
  const order = [...names.keys()].sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0));
  for (const [at, k] of order.entries()) {
    const likely = order.slice(0, at).find((other) => {
      if (names[k] === names[other]) return true;
      const rarer = (counts[other] ?? 0) / (counts[k] ?? 0);
      return rarer >= 5 && numberless[k] !== numberless[other] && isTypo(names[k] ?? "", names[other] ?? "", rarer);
    });
    if (likely === undefined) continue;
    const detail = `"${dataset.classes[k] ?? ""}" (${counts[k] ?? 0}) for "${dataset.classes[likely] ?? ""}" (${counts[likely] ?? 0})?`;
    findings.add("similar-classes", "classes", { detail });
  }
}

function sorted(name: string): string {
  return Array.from(name).sort().join("");
}

function isTypo(a: string, b: string, rarer: number): boolean {
  const shorter = Math.min(a.length, b.length);
  if (shorter < 3 || Math.abs(a.length - b.length) > 2) return false;
  const distance = editDistance(a, b);
  const exchanged = distance === 2 && sorted(a) === sorted(b);
  // Of three letters, one that is replaced makes another word: car and cat.
  if (shorter === 3) return rarer >= 20 && (exchanged || (distance === 1 && a.length !== b.length));
  return distance <= 1 || exchanged || (distance === 2 && shorter >= 8);
}
