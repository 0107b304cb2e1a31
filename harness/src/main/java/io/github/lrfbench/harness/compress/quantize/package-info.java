/** Methods that store a matrix as integer codes. */
package io.github.lrfbench.harness.compress.quantize;
