import type { VNode } from "preact";
import { overlaps, type Region } from "./regions.ts";
import type { SceneBox, Scene, SceneDetection, SceneTruth } from "./scenes.ts";
import { shorten } from "../../page/text.ts";

export interface PictureProps {
  scene: Scene;
  classes: readonly string[];
  region: Region;
  /** The picture of the region as a data URL; undefined: boxes on an empty canvas. */
  href: string | undefined;
  /** The index of the threshold where the slider stands at first. */
  threshold: number;
  /** What is shown in words. */
  label: string;
  /** The box that the picture is about. */
  focus?: { detection: number } | { truth: number };
  /** The labelled object that the box in focus should have found. */
  related?: number | undefined;
}

/** More boxes are not drawn, the least sure ones first: a page of pictures must stay small. */
export const MOST_BOXES = 50;

/** A part of an image with the boxes in it. What the slider changes is marked: data-up-to, the last threshold index. */
export function Picture({ scene, classes, region, href, threshold, label, focus, related }: PictureProps): VNode {
  const focusedDetection = focus !== undefined && "detection" in focus ? focus.detection : -1;
  const focusedTruth = focus !== undefined && "truth" in focus ? focus.truth : -1;
  const detections = [...scene.detections]
    .filter(([index, { box }]) => index === focusedDetection || overlaps(box, region))
    .sort(([i, a], [j, b]) => Number(j === focusedDetection) - Number(i === focusedDetection) || b.score - a.score)
    .slice(0, MOST_BOXES)
    .reverse();
  const truths = scene.truths
    .map((truth, index) => ({ truth, index }))
    .filter(({ truth, index }) => index === focusedTruth || overlaps(truth.box, region))
    .sort((a, b) => Number(a.index === focusedTruth) - Number(b.index === focusedTruth))
    .slice(-MOST_BOXES);
  const { x, y, width, height } = region;
  const letters = Math.max(width / 24, height / 18);
  const shared = { classes, region, threshold, letters };
  return (
    <svg
      class="picture"
      viewBox={`${x} ${y} ${width} ${height}`}
      role="img"
      aria-label={label}
      style={`font-size:${short(letters)}px`}
    >
      {href === undefined ? (
        <rect class="empty" x={x} y={y} width={width} height={height} />
      ) : (
        <image href={href} x={x} y={y} width={width} height={height} preserveAspectRatio="none" />
      )}
      {truths.map(({ truth, index }) => (
        <TruthBox {...shared} truth={truth} focused={index === focusedTruth} related={index === related} />
      ))}
      {detections.map(([index, detection]) => (
        <DetectionBox {...shared} detection={detection} focused={index === focusedDetection} />
      ))}
    </svg>
  );
}

interface BoxProps {
  classes: readonly string[];
  region: Region;
  threshold: number;
  letters: number;
  focused: boolean;
}

function DetectionBox({ detection, ...shared }: BoxProps & { detection: SceneDetection }): VNode {
  const { outcome, upTo, score } = detection;
  const classNames = ["p", outcome, shared.focused && "focus", upTo < shared.threshold && "off"];
  const name = shorten(shared.classes[detection.class] ?? "", 24);
  return (
    <g class={classNames.filter(Boolean).join(" ")} data-up-to={upTo}>
      <BoxLines box={detection.box} />
      <Label {...shared} box={detection.box} text={`${name} ${score.toFixed(2)}`} />
    </g>
  );
}

/** Lines of two colours, so that they are seen on any ground. */
function TruthBox({ truth, related, ...shared }: BoxProps & { truth: SceneTruth; related: boolean }): VNode {
  const { foundUpTo, ignored } = truth;
  const isMissed = !ignored && foundUpTo < shared.threshold;
  const classNames = ["t", ignored && "ignored", shared.focused && "focus", related && "related", isMissed && "lost"];
  return (
    <g class={classNames.filter(Boolean).join(" ")} {...(!ignored && { "data-found-up-to": foundUpTo })}>
      <BoxLines box={truth.box} className="under" />
      <BoxLines box={truth.box} />
      <Label {...shared} box={truth.box} text={shorten(shared.classes[truth.class] ?? "", 24)} below />
    </g>
  );
}

function BoxLines({ box: [x1, y1, x2, y2], className }: { box: SceneBox; className?: string }): VNode {
  return (
    <rect
      {...(className !== undefined && { class: className })}
      x={short(x1)}
      y={short(y1)}
      width={short(x2 - x1)}
      height={short(y2 - y1)}
    />
  );
}

/** Above the box (or below it), moved inside the picture where it would be cut off. */
function Label({
  box: [x1, y1, , y2],
  region,
  letters,
  text,
  below = false,
}: BoxProps & {
  box: SceneBox;
  text: string;
  below?: boolean;
}): VNode {
  const right = region.x + region.width - text.length * letters * 0.58;
  const x = Math.max(region.x + letters * 0.2, Math.min(x1, right));
  const wanted = below ? y2 + letters * 1.05 : y1 - letters * 0.35;
  const y = Math.max(region.y + letters * 1.05, Math.min(wanted, region.y + region.height - letters * 0.4));
  return (
    <text x={short(x)} y={short(y)}>
      {text}
    </text>
  );
}

function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}
