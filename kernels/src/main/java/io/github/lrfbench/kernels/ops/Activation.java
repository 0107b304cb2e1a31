package io.github.lrfbench.kernels.ops;

/** Elementwise functions between matrix products. */
public enum Activation {
  /** y = x. */
  NONE,
  /** y = x Φ(x) with the error function, as BERT uses it (Hendrycks and Gimpel 2016). */
  GELU,
  /** y = x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))), as GPT-2 uses it. */
  GELU_TANH,
  /** y = max(x, 0). */
  RELU,
  /** y = tanh(x). */
  TANH
}
