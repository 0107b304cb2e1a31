/**
 * A CUDA device for tests on machines that have none: stand-ins for NVIDIA's libraries, built with
 * g++ from the sources beside these classes, under JCuda as it is.
 */
package io.github.lrfbench.kernels.cuda.emulator;
