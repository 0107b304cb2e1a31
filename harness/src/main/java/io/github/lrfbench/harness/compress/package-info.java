/** Compresses models: chooses matrices, and writes what methods make of them. */
package io.github.lrfbench.harness.compress;
