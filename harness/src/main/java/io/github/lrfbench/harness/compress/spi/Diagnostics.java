package io.github.lrfbench.harness.compress.spi;

/**
 * What a method knows of how it factored a matrix. Numbers that do not apply are NaN.
 *
 * @param algorithm which algorithm gave the factors, or empty
 * @param predictedError the error that the dropped singular values stand for, in the method's own
 *     metric
 * @param condition of the transform that the method multiplies W with and takes back
 * @param ridge what was added to the diagonal of a Gram matrix, relative to its mean; 0 for none
 * @param note anything out of the ordinary, or empty
 */
public record Diagnostics(
    String algorithm, double predictedError, double condition, double ridge, String note) {
  /** Of a matrix that was not factored, or is no longer as it was. */
  public static Diagnostics none(String note) {
    return new Diagnostics("", Double.NaN, Double.NaN, Double.NaN, note);
  }
}
