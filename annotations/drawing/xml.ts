import type { SceneObject } from "./canvas.ts";
import type { Scene } from "./scene.ts";

/** Less than this of an object in sight makes it a "difficult" one. */
const DIFFICULT_BELOW = 0.45;

/** The XML that LabelImg would save for the scene: whole numbers, a minimum of 0 written as 1. */
export function labelImgXml(filename: string, scene: Scene): string {
  return `<annotation>
	<folder>images</folder>
	<filename>${filename}</filename>
	<path>../images/${filename}</path>
	<source>
		<database>Unknown</database>
	</source>
	<size>
		<width>${scene.width}</width>
		<height>${scene.height}</height>
		<depth>3</depth>
	</size>
	<segmented>0</segmented>
${scene.objects.map((object) => objectXml(object, scene)).join("")}</annotation>
`;
}

function objectXml({ name, box, visible }: SceneObject, { width, height }: Scene): string {
  const [x1, y1, x2, y2] = box;
  const truncated = x1 <= 1 || y1 <= 1 || x2 === width || y2 === height;
  return `	<object>
		<name>${name}</name>
		<pose>Unspecified</pose>
		<truncated>${truncated ? 1 : 0}</truncated>
		<difficult>${visible < DIFFICULT_BELOW ? 1 : 0}</difficult>
		<bndbox>
			<xmin>${Math.max(1, x1)}</xmin>
			<ymin>${Math.max(1, y1)}</ymin>
			<xmax>${x2}</xmax>
			<ymax>${y2}</ymax>
		</bndbox>
	</object>
`;
}
