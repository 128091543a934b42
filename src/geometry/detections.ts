/** What a detector found in one image: parallel arrays, best score first. */
export interface Detections {
  /** n * 4 numbers: x1, y1, x2, y2 in pixels of the original image. */
  boxes: Float32Array;
  /** n numbers in 0..1. */
  scores: Float32Array;
  /** n indices into the list of class names. */
  classes: Int32Array;
}
