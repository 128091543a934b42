export { editDistance, nearest } from "../geometry/nearest.ts";
