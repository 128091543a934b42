import type { BackboneName } from "../backbones/names.ts";

/** A file of weights that its publisher offers for download, or that comes with anchorkit. */
export interface PublishedFile {
  /** What `pretrained` calls it. */
  name: string;
  backbone: BackboneName;
  /** Who offers it. */
  publisher: "anchorkit" | "Keras" | "torchvision";
  /** Of the weights, as the publisher says it. */
  licence: string;
  /** An https: address, or the file: address of what comes with anchorkit. */
  url: string;
  bytes: number;
  /** In hexadecimal digits. torchvision's names of files have the first eight, which torch.hub checks. */
  sha256: string;
}

const KERAS = "https://storage.googleapis.com/tensorflow/keras-applications";
const MOBILENET_V2 = `${KERAS}/mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels`;
const TORCHVISION = "https://download.pytorch.org/models";

/** The weights that come with anchorkit; weights/README.md says what they were learnt from. */
export const DRAWN_WORLD = "drawn-world";

/** What is given in place of weights to start without any. */
export const FROM_SCRATCH = "none";

/** What can be had by name: what is here already, then the smallest first. This file loads nothing, so that `--help` stays quick. */
export const PUBLISHED_FILES: readonly PublishedFile[] = [
  {
    name: DRAWN_WORLD,
    ...{ backbone: "small", publisher: "anchorkit", licence: "Apache-2.0", bytes: 2934328 },
    url: new URL("../../../weights/drawn-world.safetensors", import.meta.url).href,
    sha256: "a155b7e160932926aec8a886dd628091e97f8f3f82064e3a988f7a6714dfc4e4",
  },
  {
    name: "mobilenet-v2-0.35",
    ...{ backbone: "mobilenet-v2", publisher: "Keras", licence: "Apache-2.0", bytes: 2_019_640 },
    url: `${MOBILENET_V2}_0.35_224_no_top.h5`,
    sha256: "df1c3db1d0d9193719c4c70f707c56f7021f999f825bdc57454c275cf6def19f",
  },
  {
    name: "mobilenet-v2",
    ...{ backbone: "mobilenet-v2", publisher: "Keras", licence: "Apache-2.0", bytes: 9_406_464 },
    url: `${MOBILENET_V2}_1.0_224_no_top.h5`,
    sha256: "f8aff69536bd77a692c594f559c798c19bf7f3f36668fc9fa00b21c6aab4797c",
  },
  {
    name: "mobilenet-v3-small",
    ...{ backbone: "mobilenet-v3-small", publisher: "torchvision", licence: "BSD-3-Clause", bytes: 10_306_551 },
    url: `${TORCHVISION}/mobilenet_v3_small-047dcff4.pth`,
    sha256: "047dcff4addef86ea5bc2eff13c9614dc11f47ab1160d0a71a25e7db994f4e1f",
  },
  {
    name: "efficientnet-b0",
    ...{ backbone: "efficientnet-b0", publisher: "torchvision", licence: "Apache-2.0", bytes: 21_444_401 },
    url: `${TORCHVISION}/efficientnet_b0_rwightman-7f5810bc.pth`,
    sha256: "7f5810bc96def8f7552d5b7e68d53c4786f81167d28291b21c0d90e1fca14934",
  },
  {
    name: "mobilenet-v3-large",
    ...{ backbone: "mobilenet-v3-large", publisher: "torchvision", licence: "BSD-3-Clause", bytes: 22_139_423 },
    url: `${TORCHVISION}/mobilenet_v3_large-8738ca79.pth`,
    sha256: "8738ca797c879b547d18bbd15da5736ff2557b2036a9af72225393ca61759a04",
  },
  {
    name: "resnet18",
    ...{ backbone: "resnet18", publisher: "torchvision", licence: "BSD-3-Clause", bytes: 46_830_571 },
    url: `${TORCHVISION}/resnet18-f37072fd.pth`,
    sha256: "f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec",
  },
  {
    name: "vgg16",
    ...{ backbone: "vgg16", publisher: "Keras", licence: "CC-BY-4.0", bytes: 58_889_256 },
    url: `${KERAS}/vgg16/vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5`,
    sha256: "bfe5187d0a272bed55ba430631598124cff8e880b98d38c9e56c8d66032abdc1",
  },
  {
    name: "resnet34",
    ...{ backbone: "resnet34", publisher: "torchvision", licence: "BSD-3-Clause", bytes: 87_319_819 },
    url: `${TORCHVISION}/resnet34-b627a593.pth`,
    sha256: "b627a593bcbe140c234610266fe4f8ae95ea42fc881d091c9b6052e6b1d0590f",
  },
  {
    name: "resnet50",
    ...{ backbone: "resnet50", publisher: "torchvision", licence: "BSD-3-Clause", bytes: 102_530_333 },
    url: `${TORCHVISION}/resnet50-0676ba61.pth`,
    sha256: "0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a",
  },
];
