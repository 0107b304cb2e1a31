/**
 * CUDA kernels from source to launch: read from resources, compiled by NVRTC for the device at hand
 * when first used, kept on disk, loaded, launched.
 */
package io.github.lrfbench.kernels.cuda.module;
