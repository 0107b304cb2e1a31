package io.github.lrfbench.harness.result;

/**
 * What a model stores and computes, and how far its matrices are from what they were. Columns of
 * {@code runs.csv}.
 */
public final class SizeColumns {
  public static final Column<Long> PARAMS_DENSE =
      Column.integer(
          "params_dense", "", "Parameters of the model as it was given, shared ones counted once.");

  public static final Column<Long> PARAMS =
      Column.integer(
          "params",
          "",
          "Parameters of the model, shared ones counted once; what --untie-head has changed is "
              + "no longer shared.");

  public static final Column<Double> PARAMS_RATIO =
      Column.number("params_ratio", "", "params / params_dense.");

  public static final Column<Long> LINEAR_PARAMS_DENSE =
      Column.integer(
          "linear_params_dense",
          "",
          "Parameters of the selected matrices before compression, biases not counted.");

  public static final Column<Long> LINEAR_PARAMS =
      Column.integer(
          "linear_params",
          "",
          "Parameters of the selected matrices after compression, biases not counted.");

  public static final Column<Double> LINEAR_RATIO =
      Column.number(
          "linear_ratio",
          "",
          "linear_params / linear_params_dense: the kept fraction that was reached.");

  public static final Column<Long> BYTES =
      Column.integer("bytes", "B", "Size of the stored weights in dtype.");

  public static final Column<Long> FLOPS_PER_EXAMPLE =
      Column.integer(
          "flops_per_example",
          "FLOP",
          "Floating-point operations of a whole pass over one sequence of seq_len tokens: all "
              + "blocks for all tokens, of a language model the logits of all, else the head "
              + "once. Products with matrices, and in attentions of tokens that see each other; "
              + "a multiply-add counts two.");

  public static final Column<Double> FLOPS_RATIO =
      Column.number(
          "flops_ratio",
          "",
          "flops_per_example / that of the dense model; of cells with early exits "
              + "exit_flops_per_example / the dense model's mean over the same examples.");

  public static final Column<Double> RELATIVE_ERROR =
      Column.number(
          "relative_error",
          "",
          "Frobenius norm of the change of all selected matrices / their Frobenius norm.");

  public static final Column<Long> BYTES_DENSE =
      Column.integer(
          "bytes_dense", "B", "Size of the stored weights of the model as it was given, in dtype.");

  public static final Column<Double> BYTES_RATIO =
      Column.number("bytes_ratio", "", "bytes / bytes_dense.");

  public static final Column<Long> LINEAR_BYTES_DENSE =
      Column.integer(
          "linear_bytes_dense",
          "B",
          "Size of the selected matrices before compression, biases not counted.");

  public static final Column<Long> LINEAR_BYTES =
      Column.integer(
          "linear_bytes",
          "B",
          "Size of the selected matrices after compression, with scales, indices and "
              + "codebooks; biases not counted.");

  public static final Column<Double> BITS_PER_WEIGHT =
      Column.number(
          "bits_per_weight",
          "bit",
          "Stored bits of the selected matrices after compression / linear_params_dense.");

  public static final Column<String> FORMS =
      Column.text(
          "forms",
          "In what forms the selected matrices are stored, and how many in each, the most "
              + "frequent first: lowrank:64|dense:8.");

  public static final Column<Long> FLOPS_TIMED =
      Column.integer(
          "flops_timed",
          "FLOP",
          "Floating-point operations, counted alike, of the call that was timed, for each of its "
              + "sequences: of a GPT-2 the last block and the head for the last token only; to "
              + "decode, of one token that sees seq_len.");

  private SizeColumns() {}
}
