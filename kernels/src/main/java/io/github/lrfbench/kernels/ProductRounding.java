package io.github.lrfbench.kernels;

/**
 * What the factors of F32 products in a network's operations and their backward passes may be
 * rounded to before they are multiplied, so that tensor cores can be used. Products are summed in
 * F32, and everything is stored in F32: with 16 bits this is mixed precision (Micikevicius et al.
 * 2018) in which only products are computed in 16 bits.
 */
public enum ProductRounding {
  /** Products in full precision. */
  NONE,
  /** 10 bits of fraction of 23, all of the exponent. */
  TF32,
  /** 10 bits of fraction, 5 of the exponent: what is below 6e-8 becomes 0. */
  F16,
  /** 7 bits of fraction, all of the exponent. */
  BF16,
  /**
   * Whole multiples, from -127 to 127, of a step of each output's weights and of each row of the
   * inputs, the largest magnitude being 127 steps: layers' products alone, weights and inputs
   * (dynamic quantization). A vector of magnitudes below 1e-36 counts as 0.
   */
  INT8
}
