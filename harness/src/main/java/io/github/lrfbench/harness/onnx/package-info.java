/** Models as ONNX files, which other runtimes read. */
package io.github.lrfbench.harness.onnx;
