import { open } from "node:fs/promises";

/** Metadata stand at the end of an ONNX file, and are hardly larger. */
const MOST_METADATA = 2 ** 20;

/** True if a file ends as an ONNX file does that anchorkit has written. */
export async function isOnnxExport(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, MOST_METADATA);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.includes('"format":"anchorkit-export"');
  } finally {
    await file.close();
  }
}
