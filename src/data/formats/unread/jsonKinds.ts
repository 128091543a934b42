import type { FormatId } from "../format.ts";

/** What a JSON file may be. */
export interface JsonKind {
  /** As people call it. */
  title: string;
  /** Alternatives of members that such a file has, joined by "&" (see `jsonMembers`); "!" is before one that it has not. */
  members: readonly string[];
  /** The format that reads it, if any does. */
  format?: FormatId;
  /** How to get at labels that are read. */
  advice?: string;
}

const CONVERT = "convert it to COCO JSON or Pascal VOC XML first";
const NO_LABELS = "it is no file of labels";

/** Kinds of JSON that people give for labels; the first that fits counts, and those that are read come first. */
export const JSON_KINDS: readonly JsonKind[] = [
  // COCO's relatives.
  { title: "COCO captions", members: ["annotations[].caption & !annotations[].category_id"], advice: "captions have no boxes; take instances_….json of the same images" }, // prettier-ignore
  { title: "COCO panoptic", members: ["annotations[].segments_info"], advice: "its masks are PNG files; take instances_….json of the same images, or convert it with panopticapi (panoptic2detection_coco_format.py)" }, // prettier-ignore
  { title: "COCO with oriented boxes (a bbox of 5 numbers)", members: ["images[] & annotations[].bbox#5"], advice: "write the upright box around each as x, y, width, height" }, // prettier-ignore
  { title: "a list of images without labels (COCO's image_info)", members: ["images[].file_name & !annotations & !images[].labels & !images[].regions & !images[].annotations & !images[].category_ids"], advice: "take the file that has annotations" }, // prettier-ignore
  { title: "COCO results (detections)", members: ["[].image_id & [].category_id & ![].annotations", "[].image_id & [].score"], advice: "labels are an object with images, annotations and categories; results are for detect eval --predictions" }, // prettier-ignore
  { title: "COCO JSON", members: ["images[] & annotations[] & categories[]"], format: "coco" },
  // What is read by other readers.
  { title: "labelme JSON", members: ["shapes[] & imagePath", "shapes[].points", "imageData"], format: "labelme" },
  { title: "a project of VIA", members: ["_via_img_metadata", "project.vid_list", "project.data_format_version"], format: "via" }, // prettier-ignore
  { title: "annotations of VIA", members: ["*.regions & *.filename"], format: "via" },
  { title: "Label Studio's export", members: ["[].data & [].annotations[].result", "[].data & [].completions", "[].data & [].predictions", "[].annotation_id & [].annotator"], format: "labelstudio" }, // prettier-ignore
  { title: "a task or annotation of Label Studio's storage", members: ["data & annotations[].result", "data & completions", "result[] & task", "result[].original_width", "[].result[] & [].task"], format: "labelstudio" }, // prettier-ignore
  { title: "CreateML JSON", members: ["[].image & [].annotations[].coordinates", "[].imagefilename", "[].annotation[].coordinates"], format: "createml" }, // prettier-ignore
  // What is not read.
  { title: "Datumaro's JSON", members: ["items[] & categories", "items[].annotations", "dm_format_version"], advice: "export it as COCO (datum convert -if datumaro -f coco -i <folder> -o <folder>)" }, // prettier-ignore
  { title: "Supervisely's JSON", members: ["objects[].classTitle", "objects[].geometryType", "description & tags[] & size.height & objects[]", "classes[].shape & tags[]"], advice: "export the project as COCO (the app Export to COCO), or as Pascal VOC" }, // prettier-ignore
  { title: "a VoTT project or asset", members: ["asset & regions[]", "assets.*.asset", "assets & tags[]", "visitedFrames", "frames & inputTags", "frames & framerate", "sourceConnection"], advice: "export it from VoTT as Pascal VOC or CSV" }, // prettier-ignore
  { title: "Labelbox's JSON", members: ["[].Label", "[].Labeled Data", "data_row & projects", "[].data_row", "[].featureId", "Label & Labeled Data"], advice: CONVERT }, // prettier-ignore
  { title: "Scale AI's tasks", members: ["[].task_id & [].response", "[].task_id & [].params", "task_id & response", "docs[].task_id"], advice: CONVERT }, // prettier-ignore
  { title: "Hasty's JSON", members: ["images[].labels[].class_name", "label_classes[] & images[]", "export_format_version & images[]"], advice: "export it from Hasty as COCO" }, // prettier-ignore
  { title: "BDD100K's or Scalabel's JSON", members: ["[].labels[].box2d", "[].labels[].category", "frames[].labels", "frames[].objects[].box2d", "labels[].box2d"], advice: "convert it to COCO (bdd100k.label.to_coco, or scalabel.label.to_coco)" }, // prettier-ignore
  { title: "SuperAnnotate's JSON", members: ["instances[].className", "metadata & instances[]", "instances[].classId", "*[].className", "*.instances[].className"], advice: "export it from SuperAnnotate as COCO" }, // prettier-ignore
  { title: "V7 Darwin's JSON", members: ["annotations[].bounding_box", "item.slots", "annotations[].bounding_box & annotations[].name", "item & annotations[]"], advice: "export it from V7 as COCO (darwin convert coco)" }, // prettier-ignore
  { title: "Dataloop's JSON", members: ["annotations[].coordinates & annotations[].label", "itemMetadata", "filename & annotations[].coordinates"], advice: CONVERT }, // prettier-ignore
  { title: "Encord's JSON", members: ["[].data_units", "data_units", "[].label_hash"], advice: "export it from Encord as COCO" }, // prettier-ignore
  { title: "Kili's JSON", members: ["[].labels[].jsonResponse", "labels[].jsonResponse"], advice: "export it from Kili as COCO" }, // prettier-ignore
  { title: "a manifest of SageMaker Ground Truth", members: ["source-ref", "[].source-ref"], advice: CONVERT },
  { title: "Vertex AI's JSON Lines", members: ["imageGcsUri", "[].imageGcsUri", "image_gcs_uri"], advice: CONVERT },
  { title: "Custom Vision's JSON", members: ["[].regions[].tagName", "regions[].tagName", "[].originalImageUri", "images[].regions[].tagName"], advice: CONVERT }, // prettier-ignore
  { title: "Prodigy's JSON", members: ["spans[] & answer", "[].spans[].points", "image & spans[]"], advice: CONVERT },
  { title: "Rekognition's labels", members: ["Labels[].Instances", "CustomLabels"], advice: CONVERT },
  { title: "Detectron2's records", members: ["[].file_name & [].annotations[].bbox_mode", "[].file_name & [].annotations[].bbox"], advice: "write them as COCO (detectron2.data.datasets.convert_to_coco_json)" }, // prettier-ignore
  { title: "MMDetection's records", members: ["[].ann.bboxes", "metainfo & data_list[]", "data_list[].instances"], advice: CONVERT }, // prettier-ignore
  { title: "metadata of a Hugging Face data set", members: ["file_name & objects.bbox", "[].file_name & [].objects.bbox", "dataset_info", "image_id & objects.bbox", "_data_files"], advice: CONVERT }, // prettier-ignore
  { title: "FiftyOne's JSON", members: ["labels.*[].bounding_box", "samples[].filepath", "samples[].ground_truth", "classes[] & labels.*[].label"], advice: "export it from FiftyOne as COCO (fo.types.COCODetectionDataset)" }, // prettier-ignore
  { title: "Cityscapes' polygons", members: ["imgHeight & objects[].polygon", "objects[].polygon & objects[].label"], advice: "gtFine's …_labelIds.png and …_instanceIds.png are read (label import --from masks)" }, // prettier-ignore
  { title: "RectLabel's JSON", members: ["objects[].x_y_w_h", "objects[].label & image_w"], advice: "export it from RectLabel as COCO or CreateML" }, // prettier-ignore
  { title: "Darknet's detections", members: ["[].objects[].relative_coordinates", "objects[].relative_coordinates"], advice: "these are results, not labels; convert them to COCO's results for detect eval --predictions" }, // prettier-ignore
  { title: "YOLO's boxes as JSON", members: ["[].x_center", "[].xcenter", "[].cx & [].cy", "[].annotations[].x_center", "annotations[].x_center", "boxes[].x_center", "images[].annotations[].x_center", "[].box.x1", "[].bbox.x_center", "*[].x_center"], advice: "write them as YOLO's text files, with a data.yaml, or as COCO" }, // prettier-ignore
  { title: "OpenLABEL", members: ["openlabel"], advice: CONVERT },
  { title: "Roboflow's predictions", members: ["predictions[].x & predictions[].width", "predictions[].class"], advice: "these are results, not labels" }, // prettier-ignore
  { title: "GeoJSON", members: ["features[].geometry", "features[] & type"], advice: "its corners are places on the earth; write boxes in pixels of the images, as COCO JSON" }, // prettier-ignore
  // What lies beside images and is none.
  { title: "a package.json", members: ["name & version & scripts", "name & dependencies", "devDependencies", "lockfileVersion"], advice: NO_LABELS }, // prettier-ignore
  { title: "a tsconfig.json", members: ["compilerOptions"], advice: NO_LABELS },
  { title: "a notebook", members: ["cells[] & nbformat"], advice: NO_LABELS },
  { title: "a model of TensorFlow.js", members: ["modelTopology", "weightsManifest"], advice: NO_LABELS },
  { title: "the configuration of a model", members: ["architectures & model_type", "model_type", "preprocessing & levels", "_class_name"], advice: NO_LABELS }, // prettier-ignore
];
