import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { expect, it } from "vitest";
import { Figures } from "../../../src/report/page/document.tsx";
import { progressFigures } from "../../../src/report/page/progressFigure.ts";

it("the picture of a training's progress has a row of the page of its own; without it there is none", () => {
  const figures = progressFigures({ url: "data:image/jpeg;base64,AAAA", width: 1384 });
  const html = renderToString(h(Figures, { figures }));
  expect(html).toContain('class="card plot large"');
  expect(html).toContain('<img src="data:image/jpeg;base64,AAAA"');
  expect(html).toContain("1384px");
  expect(renderToString(h(Figures, { figures: progressFigures(undefined) }))).not.toContain("figure>");
});
