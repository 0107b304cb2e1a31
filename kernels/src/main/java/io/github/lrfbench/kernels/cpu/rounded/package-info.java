/** Products whose factors are rounded to 8 or 16 bits, and the libraries that compute them. */
package io.github.lrfbench.kernels.cpu.rounded;
