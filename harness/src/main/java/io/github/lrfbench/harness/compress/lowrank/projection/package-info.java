/** Methods that project the inputs of matrices instead of factoring the matrices. */
package io.github.lrfbench.harness.compress.lowrank.projection;
