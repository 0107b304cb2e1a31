package io.github.lrfbench.onednn;

import io.github.lrfbench.kernels.ProductRounding;
import io.github.lrfbench.kernels.cpu.rounded.RoundedProducts;
import java.util.function.LongUnaryOperator;
import org.bytedeco.dnnl.global.dnnl;

/** Products of codes by oneDNN's {@code matmul}, with weights in the layout that it likes best. */
public final class OneDnnProducts implements RoundedProducts {
  @Override
  public String name() {
    return "oneDNN " + OneDnn.get().version();
  }

  /** Whether there are instructions that sum up products of such codes in 32 bits. */
  @Override
  public boolean computes(ProductRounding rounding) {
    OneDnn library;
    try {
      library = OneDnn.get();
    } catch (LinkageError e) {
      return false;
    }
    return switch (rounding) {
      case INT8 ->
          library.has(dnnl.dnnl_cpu_isa_avx512_core_vnni)
              || library.has(dnnl.dnnl_cpu_isa_avx2_vnni);
      case BF16 -> library.has(dnnl.dnnl_cpu_isa_avx512_core_bf16);
      default -> false;
    };
  }

  @Override
  public Weights weights(
      ProductRounding rounding,
      long codes,
      int stride,
      int inner,
      int cols,
      int strips,
      LongUnaryOperator memory) {
    boolean int8 = rounding == ProductRounding.INT8;
    OneDnnWeights weights =
        new OneDnnWeights(int8 ? dnnl.dnnl_s8 : dnnl.dnnl_bf16, inner, cols, strips);
    try {
      weights.pack(codes, stride, memory);
      return weights;
    } catch (RuntimeException | Error e) {
      weights.close();
      throw e;
    }
  }
}
