/** Methods that store a matrix as a sum of Kronecker products. */
package io.github.lrfbench.harness.compress.kronecker;
