/** Where in a SavedModel's folder its manifest is: TensorFlow leaves assets.extra to whoever writes the model. */
export const MANIFEST_FILE = "assets.extra/anchorkit.json";
