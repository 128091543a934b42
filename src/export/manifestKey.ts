/** Under what name the metadata of an exported file hold its manifest. */
export const MANIFEST_KEY = "anchorkit";
