/** ONNX Runtime as a peer of sweeps, through its Java interface. */
package io.github.lrfbench.onnxruntime;
