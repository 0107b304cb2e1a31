/** A device whose tensors have shapes and no numbers, and which counts what would be computed. */
package io.github.lrfbench.harness.shapes;
