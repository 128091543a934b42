export { align, type AlignedPair, editDistance } from "./align.ts";
export { evaluateText, type LetterConfusion, type TextMetrics } from "./evaluateText.ts";
