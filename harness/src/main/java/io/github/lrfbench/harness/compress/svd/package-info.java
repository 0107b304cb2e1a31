/** The SVD family of methods. */
package io.github.lrfbench.harness.compress.svd;
