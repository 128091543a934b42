/** The columns of images.csv that are not the list's. */
export const COLUMNS = [
  ...(["url", "file", "status", "reason", "width", "height"] as const),
  ...(["format", "bytes", "sha256", "perceptual_hash"] as const),
] as const;
