import type { Figure } from "./figure.ts";

/** A picture for a page. */
export interface ProgressPicture {
  /** As a data URL. */
  url: string;
  /** In pixels. */
  width: number;
}

/** What was found in a few validation images during the training, as `progressSheet` draws it; none without the picture. */
export function progressFigures(progress: ProgressPicture | undefined): Figure[] {
  if (!progress) return [];
  const { url, width } = progress;
  return [
    {
      title: "What it found as it learnt",
      note: "The same validation images in every row: at first what is labelled, then what was found from the first measurement to the last.",
      legend: [],
      label: "Rows of the same validation images: the labels, and what was found in them as the training went on.",
      width,
      svgs: [`<img src="${url}" alt="" width="${width}" style="max-width:100%;height:auto">`],
    },
  ];
}
