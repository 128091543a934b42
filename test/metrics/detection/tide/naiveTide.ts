import type { EvaluationImage, TideErrorType, TideSummary } from "../../../../src/metrics/index.ts";
import { type Detected, type Labelled, overlapOf, readScene } from "../scenes.ts";

type Kind = TideErrorType | "falsePositives" | "falseNegatives";

/** A detection after the matching; `class` is where it counts, `order` where it stood among all. */
interface Point {
  score: number;
  class: number;
  order: number;
  state: "hit" | "wrong" | "ignored";
  kind?: TideErrorType;
  meant?: Truth;
}

interface Truth extends Required<Labelled> {
  found: boolean;
}

/** TIDE as its definition reads, without any regard to speed: the twin that the fast one is tested against. */
export function naiveTide(images: readonly EvaluationImage[], classCount: number): TideSummary {
  const points: Point[] = [];
  const truths: Truth[] = [];
  for (const image of images) {
    const scene = readScene(image);
    const here = scene.truths.map((truth) => ({ ...truth, found: false }));
    truths.push(...here);
    points.push(...matched(scene.detections, here).map((point, i) => ({ ...point, order: points.length + i })));
  }
  const counting = truths.filter(counts);
  const classes = Array.from({ length: classCount }, (_, k) => k).filter((k) => counting.some((t) => t.class === k));
  const meantBy = (truth: Truth, kinds: Kind[]): Point[] =>
    points.filter(({ kind, meant }) => meant === truth && kind !== undefined && kinds.includes(kind));
  const unfound = counting.filter(({ found }) => !found);
  const missed = unfound.filter((truth) => meantBy(truth, ["localisation", "classification"]).length === 0);

  const fixedPoint = (point: Point, kind: Kind): Point | undefined => {
    if (point.state === "wrong" && kind === "falsePositives") return undefined;
    if (point.kind !== kind) return point;
    const { meant } = point;
    if (kind !== "localisation" && kind !== "classification") return undefined;
    if (meant === undefined || meant.found || bestFirst(meantBy(meant, [kind]))[0] !== point) return undefined;
    return { ...point, class: meant.class, state: "hit" };
  };
  const apOf = (list: readonly Point[], objects: readonly Truth[]): number => {
    const values = classes.flatMap((k) => {
      const own = bestFirst(list.filter((point) => point.class === k && point.state !== "ignored"));
      const positives = objects.filter((truth) => truth.class === k).length;
      if (positives === 0) return own.length === 0 ? [] : [0];
      return [averagePrecision(own, positives)];
    });
    if (classes.length === 0) return NaN;
    return values.length === 0 ? 1 : mean(values);
  };
  const base = apOf(points, counting);
  const costOf = (kind: Kind): { count: number; dAP: number } => {
    const left = { missed, falseNegatives: unfound }[kind as string] ?? [];
    const list = points.map((point) => fixedPoint(point, kind)).filter((point) => point !== undefined);
    const wrong = points.filter((point) => (kind === "falsePositives" ? point.state === "wrong" : point.kind === kind));
    const objects = counting.filter((truth) => !left.includes(truth));
    return { count: wrong.length + left.length, dAP: apOf(list, objects) - base };
  };
  return {
    AP50: base,
    errors: {
      classification: costOf("classification"),
      localisation: costOf("localisation"),
      both: costOf("both"),
      duplicate: costOf("duplicate"),
      background: costOf("background"),
      missed: costOf("missed"),
    },
    falsePositives: costOf("falsePositives"),
    falseNegatives: costOf("falseNegatives"),
  };
}

function counts({ crowd, ignore }: Labelled): boolean {
  return crowd !== true && ignore !== true;
}

/** In the order given; marks the truths that were found. */
function matched(detections: readonly Required<Detected>[], truths: readonly Truth[]): Point[] {
  const states = new Map<number, Point["state"]>();
  const order = [...detections.keys()].sort((a, b) => (detections[b]?.score ?? 0) - (detections[a]?.score ?? 0));
  for (const i of order) {
    const { box = [], class: k } = detections[i] ?? {};
    const near = truths.filter((truth) => truth.class === k && overlapOf(box, truth.box, truth.crowd) >= 0.5);
    const free = near.filter((truth) => counts(truth) && !truth.found);
    const highest = Math.max(...free.map((truth) => overlapOf(box, truth.box)));
    const chosen = free.findLast((truth) => overlapOf(box, truth.box) === highest);
    if (chosen) chosen.found = true;
    states.set(i, chosen ? "hit" : near.some((truth) => !counts(truth)) ? "ignored" : "wrong");
  }
  return detections.map(({ box, score, class: k }, i) => {
    const state = states.get(i) ?? "wrong";
    return { score, class: k, order: 0, state, ...(state === "wrong" && whatIsWrong(box, k, truths.filter(counts))) };
  });
}

function whatIsWrong(box: number[], k: number, truths: readonly Truth[]): Pick<Point, "kind" | "meant"> {
  const nearest = (candidates: Truth[]): { iou: number; meant?: Truth } =>
    candidates
      .map((meant) => ({ meant, iou: overlapOf(box, meant.box) }))
      .reduce<{ iou: number; meant?: Truth }>((best, one) => (one.iou > best.iou ? one : best), { iou: 0 });
  const { iou: ownIou, ...own } = nearest(truths.filter((truth) => truth.class === k));
  const { iou: otherIou, ...other } = nearest(truths.filter((truth) => truth.class !== k));
  if (ownIou >= 0.1 && ownIou <= 0.5) return { kind: "localisation", ...own };
  if (otherIou >= 0.5) return { kind: "classification", ...other };
  if (ownIou > 0.5) return { kind: "duplicate", ...own };
  return otherIou > 0.1 ? { kind: "both", ...other } : { kind: "background" };
}

function bestFirst(points: readonly Point[]): Point[] {
  return [...points].sort((a, b) => b.score - a.score || a.order - b.order);
}

/** At each of the 101 recalls, the best precision of any cut of the list that reaches it. */
function averagePrecision(points: readonly Point[], positives: number): number {
  const cuts = points.map((_, last) => {
    const hits = points.slice(0, last + 1).filter(({ state }) => state === "hit").length;
    return { precision: hits / (last + 1), recall: hits / positives };
  });
  const atRecall = (recall: number): number =>
    Math.max(0, ...cuts.filter((cut) => cut.recall >= recall).map(({ precision }) => precision));
  return mean(Array.from({ length: 101 }, (_, i) => atRecall(i * 0.01)));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
