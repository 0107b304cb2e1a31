/**
 * Products of 8 and 16 bits by oneDNN, which has kernels for the instructions of many processors.
 */
package io.github.lrfbench.onednn;
