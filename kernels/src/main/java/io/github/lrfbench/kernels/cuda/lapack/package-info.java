/** Decompositions by cuSOLVER, checked and repeated another way where it errs. */
package io.github.lrfbench.kernels.cuda.lapack;
