import { readFileSync } from "node:fs";
import type { Connectivity, GridSize } from "../../../src/geometry/regions/pixelGrid.ts";

interface Oracle {
  components: (GridSize & { labels: number[]; connectivity: Connectivity; ids: number[]; areas: number[] })[];
  /** Squares of distances; -1 where there is no other label. */
  distances: (GridSize & { labels: number[]; squares: number[] })[];
  floods: (GridSize & {
    elevation: number[];
    markers: number[];
    mask: number[];
    connectivity: Connectivity;
    regions: number[];
  })[];
  maxima: (GridSize & {
    heights: number[];
    connectivity: Connectivity;
    rise: number;
    /** Places of all local maxima, and of those that stand out by `rise`. */
    local: number[];
    standOut: number[];
  })[];
}

/** Values of SciPy and scikit-image, made by test/fixtures/oracles/make_regions.py. */
export const regionOracle = JSON.parse(
  readFileSync(new URL("../../fixtures/oracles/regions.json", import.meta.url), "utf8"),
) as Oracle;
