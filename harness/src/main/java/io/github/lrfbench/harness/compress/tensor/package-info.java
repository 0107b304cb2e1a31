/** Methods that store matrices as a tensor's CP, Tucker or tensor train decomposition. */
package io.github.lrfbench.harness.compress.tensor;
