import { basename } from "node:path";
import { AnchorkitError } from "../../base/errors.ts";
import type { Size } from "../../base/preprocessing.ts";
import type { Frame, ImageRecord } from "../dataset.ts";
import { shownPath } from "../files.ts";
import { decodePage } from "./animation.ts";
import { decodeImage } from "./images.ts";
import { resizeRaster } from "./resizePixels.ts";

/** One frame of a clip as an image of its own: `file` is that of the frame, size, split and labels are those of the clip. */
export interface FrameRecord extends ImageRecord {
  frame: Frame;
}

/** The frames of clips, one after the other. */
export interface FlatFrames {
  records: FrameRecord[];
  /** Of each clip, where its frames begin. */
  starts: number[];
}

/** @throws AnchorkitError for an image that is no clip, and for a clip without a frame */
export function flatFrames(clips: readonly ImageRecord[]): FlatFrames {
  const records: FrameRecord[] = [];
  const starts: number[] = [];
  for (const { frames, ...clip } of clips) {
    if (!frames) throw new AnchorkitError(`${shownPath(clip.file)}: is an image, and no clip`);
    if (frames.length === 0) throw new AnchorkitError(`${shownPath(clip.file)}: is a clip without a frame`);
    starts.push(records.length);
    for (const frame of frames) records.push({ ...clip, file: frame.file, frame });
  }
  return { records, starts };
}

/** The frame that a record is, if it is one. */
export function frameOf(record: ImageRecord | FrameRecord): Frame | undefined {
  return "frame" in record ? record.frame : undefined;
}

/** What messages call a frame: its file, and which picture of it. */
export function frameName({ file, page }: Frame): string {
  return page === undefined ? shownPath(file) : `${shownPath(file)}: frame ${page}`;
}

/** What tables call a frame: the name of its file, or its number in an animation. */
export function frameLabel(frame: Frame | undefined, place: number): string {
  return frame && frame.page === undefined ? basename(frame.file) : String(frame?.page ?? place);
}

/**
 * The pixels of a frame at a size, height * width * 3 bytes.
 *
 * @param clip the size that all frames of the clip have
 * @throws AnchorkitError naming the frame when it cannot be decoded, or has another size than the clip
 */
export async function decodeFrame(frame: Frame, clip: Size, size: Size): Promise<Uint8Array> {
  const { file, page } = frame;
  if (page === undefined) {
    const { data, originalWidth: width, originalHeight: height } = await decodeImage(file, { size });
    requireSize(frame, { width, height }, clip);
    return data;
  }
  const picture = await decodePage(file, page);
  requireSize(frame, picture, clip);
  return resizeRaster(picture, { width: size.width, height: size.height }).data;
}

function requireSize(frame: Frame, { width, height }: Size, clip: Size): void {
  if (width === clip.width && height === clip.height) return;
  throw new AnchorkitError(
    `${frameName(frame)}: has ${width} x ${height} pixels, and the first frame of its clip ${clip.width} x ${clip.height}; all frames of a clip must have one size`,
  );
}
