import * as tf from "@tensorflow/tfjs";
import { nativeOp } from "../../engine/graph/nativeOp.ts";
import { usesNativeOps } from "../../engine/graph/target.ts";

/** max(x, 0), any shape. With native ops one op forward and one backward, where tfjs's own gradient takes six. */
export function relu(x: tf.Tensor): tf.Tensor {
  return usesNativeOps() ? rectify("Relu", x) : tf.relu(x);
}

/** min(max(x, 0), 6), any shape; see `relu`. */
export function relu6(x: tf.Tensor): tf.Tensor {
  return usesNativeOps() ? rectify("Relu6", x) : portableRelu6(x);
}

/** tfjs's own gradient lets through what is 6 exactly, which TensorFlow's does not. */
function portableRelu6(x: tf.Tensor): tf.Tensor {
  const withGradient = tf.customGrad((...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const value = tf.relu6(x);
    save([value]);
    const gradFunc = (dy: tf.Tensor, [y]: tf.Tensor[]) => {
      const inside = tf.logicalAnd(tf.greater(y as tf.Tensor, 0), tf.less(y as tf.Tensor, 6));
      return dy.mul(inside.toFloat());
    };
    return { value, gradFunc };
  });
  return withGradient(x);
}

function rectify(op: "Relu" | "Relu6", x: tf.Tensor): tf.Tensor {
  const attributes = { T: "float32" };
  const withGradient = tf.customGrad((...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const [value] = nativeOp(op, attributes, [x]);
    save([value]);
    return { value, gradFunc: (dy, saved) => nativeOp(`${op}Grad`, attributes, [dy, ...saved]) };
  });
  return withGradient(x);
}
