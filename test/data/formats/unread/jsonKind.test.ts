import { rm } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { exportLabels } from "../../../../src/data/exportLabels.ts";
import { readCocoTruth } from "../../../../src/data/formats/coco/cocoTruth.ts";
import { jsonHead } from "../../../../src/data/formats/unread/jsonHead.ts";
import { jsonKindOf } from "../../../../src/data/formats/unread/jsonKind.ts";
import { readDataset } from "../../../../src/data/readDataset.ts";
import { readText } from "../../../../src/data/files.ts";
import { listFiles } from "../../../../src/data/files.ts";
import { folderOf, jpeg, photoFolder } from "../../helpers.ts";

const image = await jpeg(100, 80);
const { folder: photoRoot, photos } = await photoFolder(["a.jpg"]);
afterAll(() => rm(photoRoot, { recursive: true }));

const box = { x: 1, y: 2, width: 3, height: 4 };
const pictures = [{ id: 1, file_name: "a.jpg", width: 100, height: 80 }];
const categories = [{ id: 1, name: "cat" }];

const OTHERS: [string, unknown][] = [
  ["COCO captions", { images: pictures, annotations: [{ id: 1, image_id: 1, caption: "a cat" }] }],
  ["COCO captions", { images: pictures, annotations: [{ id: 1, image_id: 1, caption: "a cat" }], categories }],
  [
    "COCO panoptic",
    { images: pictures, annotations: [{ image_id: 1, file_name: "a.png", segments_info: [] }], categories },
  ],
  [
    "COCO with oriented boxes",
    { images: pictures, annotations: [{ id: 1, image_id: 1, category_id: 1, bbox: [1, 2, 3, 4, 45] }], categories },
  ],
  ["a list of images without labels", { info: {}, images: pictures, categories }],
  ["COCO results", [{ image_id: 1, category_id: 1, bbox: [1, 2, 3, 4], score: 0.5 }]],
  [
    "Datumaro's JSON",
    { info: {}, categories: { label: { labels: [{ name: "cat" }] } }, items: [{ id: "a", annotations: [] }] },
  ],
  ["Datumaro's JSON", { dm_format_version: "1.0", items: [] }],
  ["Supervisely's JSON", { description: "", tags: [], size: { height: 80, width: 100 }, objects: [] }],
  ["Supervisely's JSON", { objects: [{ classTitle: "cat", geometryType: "rectangle", points: {} }] }],
  ["Supervisely's JSON", { classes: [{ title: "cat", shape: "rectangle" }], tags: [{}] }],
  ["a VoTT project", { asset: { name: "a.jpg" }, regions: [{ tags: ["cat"] }], version: "2.2.0" }],
  ["a VoTT project", { name: "p", tags: [], assets: { abc: { asset: {}, regions: [] } } }],
  ["a VoTT project", { frames: { "a.jpg": [] }, inputTags: "cat", framerate: "1" }],
  ["Labelbox's JSON", [{ ID: "c1", "Labeled Data": "https://x/a.jpg", Label: { objects: [] } }]],
  ["Labelbox's JSON", { data_row: { id: "1" }, media_attributes: {}, projects: {} }],
  ["Scale AI's tasks", [{ task_id: "1", response: { annotations: [] } }]],
  [
    "Hasty's JSON",
    {
      project_name: "p",
      export_format_version: "1.1",
      images: [{ image_name: "a.jpg", labels: [{ class_name: "cat" }] }],
    },
  ],
  ["BDD100K's", [{ name: "a.jpg", labels: [{ category: "car", box2d: { x1: 1 } }] }]],
  ["BDD100K's", { frames: [{ name: "a.jpg", labels: [] }], config: {} }],
  ["SuperAnnotate's JSON", { metadata: { name: "a.jpg" }, instances: [{ className: "cat", type: "bbox" }] }],
  ["SuperAnnotate's JSON", { "a.jpg": [{ type: "bbox", className: "cat" }] }],
  ["V7 Darwin's JSON", { version: "2.0", item: { name: "a.jpg", slots: [] }, annotations: [] }],
  ["Darknet's detections", [{ frame_id: 1, filename: "a.jpg", objects: [{ class_id: 0, relative_coordinates: {} }] }]],
  ["YOLO's boxes", [{ image: "a.jpg", annotations: [{ class: 0, x_center: 0.5 }] }]],
  ["YOLO's boxes", [{ name: "cat", class: 0, confidence: 0.9, box: { x1: 1, y1: 2 } }]],
  ["GeoJSON", { type: "FeatureCollection", features: [{ type: "Feature", geometry: { type: "Polygon" } }] }],
  ["a package.json", { name: "x", version: "1.0.0", scripts: {} }],
  ["a manifest of SageMaker", { "source-ref": "s3://b/a.jpg", labels: { annotations: [] } }],
  ["Vertex AI's", { imageGcsUri: "gs://b/a.jpg", boundingBoxAnnotations: [] }],
  ["Detectron2's records", [{ file_name: "a.jpg", image_id: 1, annotations: [{ bbox: [1, 2, 3, 4], bbox_mode: 0 }] }]],
  ["MMDetection's records", [{ filename: "a.jpg", width: 1, height: 1, ann: { bboxes: [], labels: [] } }]],
  ["FiftyOne's JSON", { classes: ["cat"], labels: { a: [{ label: "cat", bounding_box: [0, 0, 1, 1] }] } }],
];

describe("what is read by nothing is called by its name", () => {
  test.each(OTHERS)("%s: %j", async (title, document) => {
    const text = JSON.stringify(document);
    const folder = await folderOf({ "x.json": text, "a.jpg": image });
    for (const path of [folder, join(folder, "x.json")]) {
      const error = await readDataset(path).then(() => "was read", (reason: unknown) => String(reason)); // prettier-ignore
      expect(error).toMatch(/x\.json:? looks like /);
      expect(error).toContain(`looks like ${title}`);
    }
    for (const from of ["coco", "createml", "labelme", "via", "labelstudio"] as const) {
      await expect(readDataset(join(folder, "x.json"), { from })).rejects.toThrow(`x.json: looks like ${title}`);
    }
    if (title === "COCO results") return; // has words of its own there
    await expect(readCocoTruth(join(folder, "x.json"))).rejects.toThrow(`x.json: looks like ${title}`);
  });

  test("a folder of JSON that nobody knows says what is in it", async () => {
    const folder = await folderOf({ "x.json": '{"cats": 3, "dogs": []}', "a.jpg": image });
    await expect(readDataset(folder)).rejects.toThrow(
      /no labels found beside 1 image; .*x\.json is JSON with cats, dogs, which is no form of labels that is known$/,
    );
  });

  test.each([
    ["x.txt", "Car 0.00 0 -1.5 10 20 50 40 1.5 1.6 3.6 1.0 1.5 20.0 -1.6\n", "KITTI's labels"],
    ["x.txt", "imagesource:GoogleEarth\ngsd:0.1\n1 2 3 4 5 6 7 8 plane 0\n", "DOTA's oriented boxes"],
    ["x.txt", "0--Parade/a.jpg\n1\n449 330 122 149 0 0 0 0 0 0\n", "WIDER FACE's list"],
    ["x.csv", "TRAIN,gs://b/a.jpg,cat,0.1,0.2,,,0.3,0.4,,\n", "AutoML's CSV"],
  ])("%s: %s", async (name, text, title) => {
    const folder = await folderOf({ [name]: text, "a.jpg": image });
    await expect(readDataset(folder)).rejects.toThrow(`${name} looks like ${title}, which is not read`);
  });
});

test("what the other formats write is not taken for another", async () => {
  const [photo = { file: "", width: 0, height: 0 }] = photos;
  for (const format of ["coco", "createml", "labelme", "via", "labelstudio"] as const) {
    const objects = [
      { box: [1, 2, 30, 40] as [number, number, number, number], class: 0, segmentation: [[1, 2, 30, 2, 30, 40]] },
    ];
    const out = join(photoRoot, format);
    await exportLabels({ classes: ["cat"], images: [{ ...{ id: 1, ...photo, objects } }] }, format, out);
    const [json = ""] = (await listFiles(out)).filter((file) => file.endsWith(".json"));
    expect([format, jsonKindOf(jsonHead(await readText(json)))?.format]).toEqual([format, format]);
  }
  expect(jsonKindOf({ images: [], annotations: [], categories: [] })?.format).toBe("coco");
  expect(jsonKindOf([{ image: "a.jpg", annotations: [{ label: "cat", coordinates: box }] }])?.format).toBe("createml");
});

test("of a text that is cut off, what is complete is taken", () => {
  expect(jsonHead('\ufeff {"a": [1, 2, {"b": "x\\"}", "c')).toEqual({ a: [1, 2, { b: 'x"}' }] });
  expect(jsonHead('{"a": 1}\n{"a": 2}')).toEqual({ a: 1 });
  expect(jsonHead("a.jpg,1,2")).toBeUndefined();
  fc.assert(
    fc.property(
      fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())),
      fc.nat(200),
      (value, cut) => {
        const text = JSON.stringify(value);
        expect(jsonHead(text)).toEqual(JSON.parse(text));
        expect(typeof jsonHead(text.slice(0, 1 + cut))).toBe("object");
        jsonKindOf(value);
      },
    ),
  );
});
