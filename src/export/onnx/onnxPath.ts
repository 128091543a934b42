/** Whether a path is that of an ONNX file, by its name. */
export function isOnnxPath(path: string): boolean {
  return path.toLowerCase().endsWith(".onnx");
}
