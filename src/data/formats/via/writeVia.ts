import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { writeFileAtomic } from "../../../base/files.ts";
import type { Dataset, ImageRecord, LabelledObject } from "../../dataset.ts";
import { exportImages, splitFolder } from "../exportImages.ts";
import { groupBy, shownPath } from "../../files.ts";
import { mapWithWarnings } from "../../parallel.ts";
import { Warnings } from "../../warnings.ts";
import type { WriteOptions, WriteResult } from "../format.ts";
import { joinPolygons } from "../shapes.ts";

/** The region attribute that holds the class. */
const CLASS = "class";

/**
 * Writes a data set as VIA 2 projects: a folder with images and `via_project.json`, one for each split where there are
 * splits. The class is the region attribute "class". A VIA polygon has one part: those of an object in several are
 * joined by bridges without area.
 */
export async function writeVia(dataset: Dataset, folder: string, options: WriteOptions = {}): Promise<WriteResult> {
  const warnings = new Warnings();
  const { images, classes } = dataset;
  const { exported, placed } = await exportImages(images, folder, warnings, { ...options, folderOf: splitFolder });
  const entries = await mapWithWarnings(exported, 8, warnings, async ({ image, name }, _, own) => {
    const filename = basename(name);
    const { size } = await stat(image.file);
    const regions = image.objects.map((object, at) => {
      return regionOf(object, classes, `${shownPath(image.file)}: object ${at + 1}`, own);
    });
    return { split: splitFolder(image), entry: { filename, size, regions, file_attributes: image.fields ?? {} } };
  });
  for (const [split, members] of groupBy(entries, (entry) => entry.split)) {
    const own = members.map(({ entry }) => entry);
    const project = projectOf(own, classes, split === "" ? "anchorkit" : split);
    await writeFileAtomic(join(folder, split, "via_project.json"), `${JSON.stringify(project)}\n`);
  }
  return { path: folder, images: placed, warnings: warnings.lines() };
}

interface Entry {
  filename: string;
  size: number;
  regions: { region_attributes: object }[];
  file_attributes: NonNullable<ImageRecord["fields"]>;
}

function regionOf(
  { box, class: id, segmentation, attributes = {} }: LabelledObject,
  classes: readonly string[],
  where: string,
  warnings: Warnings,
) {
  const [x1, y1, x2, y2] = box;
  const polygon = Array.isArray(segmentation) ? joinPolygons(segmentation) : undefined;
  const renamed = Object.entries(attributes).map(([name, value]) => {
    if (name.trim().toLowerCase() !== CLASS) return [name, value] as const;
    warnings.add(`attributes called "${name}" as the class is, renamed with an underscore`, where);
    return [`${name}_`, value] as const;
  });
  return {
    shape_attributes: polygon
      ? {
          name: "polygon",
          all_points_x: polygon.filter((_, i) => i % 2 === 0),
          all_points_y: polygon.filter((_, i) => i % 2 === 1),
        }
      : { name: "rect", x: x1, y: y1, width: x2 - x1, height: y2 - y1 },
    region_attributes: { ...Object.fromEntries(renamed), [CLASS]: classes[id] ?? "" },
  };
}

/** A project as VIA opens it: its own settings at their defaults, the class shown in each region. */
function projectOf(entries: readonly Entry[], classes: readonly string[], name: string): object {
  const metadata = Object.fromEntries(entries.map((entry) => [`${entry.filename}${entry.size}`, entry]));
  const attribute = (type: string, more: object) => ({ type, description: "", ...more });
  const text = (keys: Iterable<string>) =>
    Object.fromEntries([...new Set(keys)].map((key) => [key, attribute("text", { default_value: "" })]));
  const options = Object.fromEntries(classes.map((label) => [label, ""]));
  const regionKeys = entries.flatMap(({ regions }) =>
    regions.flatMap((region) => Object.keys(region.region_attributes)),
  );
  return {
    _via_settings: settings(name),
    _via_img_metadata: metadata,
    _via_attributes: {
      region: { ...text(regionKeys), [CLASS]: attribute("dropdown", { options, default_options: {} }) },
      file: text(entries.flatMap(({ file_attributes }) => Object.keys(file_attributes))),
    },
    _via_data_format_version: "2.0.10",
    _via_image_id_list: Object.keys(metadata),
  };
}

function settings(name: string): object {
  return {
    ui: {
      ...{ annotation_editor_height: 25, annotation_editor_fontsize: 0.8, leftsidebar_width: 18 },
      image_grid: {
        ...{ img_height: 80, rshape_fill: "none", rshape_fill_opacity: 0.3, rshape_stroke: "yellow" },
        ...{ rshape_stroke_width: 2, show_region_shape: true, show_image_policy: "all" },
      },
      image: {
        ...{ region_label: CLASS, region_color: CLASS, region_label_font: "10px Sans" },
        on_image_annotation_editor_placement: "NEAR_REGION",
      },
    },
    core: { buffer_size: 18, filepath: {}, default_filepath: "" },
    project: { name },
  };
}
