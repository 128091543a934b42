import { answerTasks } from "../../base/threads.ts";
import { type FitTask, readFitted } from "./fittedFiles.ts";

/** What runs in each of the threads that `fittedFiles` starts. */
answerTasks(
  ({ file, framing }: FitTask) => readFitted(file, framing),
  (image) => ("error" in image ? [] : [image.pixels.buffer]),
);
