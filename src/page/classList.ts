import { classColor } from "../report/colors.ts";
import type { ClassLine } from "./answers.ts";
import { made } from "./elements.ts";

/**
 * Writes the list of classes. Where classes can be hidden, each has a box to tick.
 *
 * @param toggle is told of a class that is hidden or shown; without it there are bars
 */
export function showClasses(
  list: HTMLUListElement,
  lines: readonly ClassLine[],
  hidden: ReadonlySet<number>,
  toggle?: (index: number, isShown: boolean) => void,
): void {
  if (toggle && list.children.length === lines.length && list.querySelector("input")) {
    [...list.querySelectorAll(".value")].forEach((value, i) => { value.textContent = lines[i]?.value ?? ""; }); // prettier-ignore
    return; // the same boxes stay, so that the keyboard's focus does
  }
  list.replaceChildren(
    ...lines.map(({ index, name, value, share }) => {
      const item = made("li");
      const label = made(toggle ? "label" : "div", "line");
      const swatch = made("span", "swatch");
      swatch.style.background = classColor(index);
      label.append(swatch, made("span", "name", name), made("span", "value", value));
      if (toggle) label.prepend(checkbox(index, !hidden.has(index), toggle));
      item.append(label);
      if (share !== undefined) item.append(bar(share, classColor(index)));
      return item;
    }),
  );
}

function checkbox(
  index: number,
  checked: boolean,
  toggle: (index: number, isShown: boolean) => void,
): HTMLInputElement {
  const box = made("input");
  box.type = "checkbox";
  box.checked = checked;
  box.addEventListener("change", () => { toggle(index, box.checked); }); // prettier-ignore
  return box;
}

function bar(share: number, color: string): HTMLElement {
  const track = made("div", "track");
  const level = made("div", "level");
  level.style.width = `${100 * share}%`;
  level.style.background = color;
  track.append(level);
  return track;
}
