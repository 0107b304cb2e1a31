package io.github.lrfbench.harness.linear;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.HashMap;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * The right factor V that several maps of a model share, W_l ≈ U_l V: one object, by which it is
 * known that they do. Its copies are shared likewise: there is one of them in a scope.
 */
public final class Basis {
  private final String module;
  private final Matrix down;

  /** In what scopes it lies, in what types. */
  private final Map<Scope, Map<DType, Basis>> copies = new WeakHashMap<>();

  /**
   * A basis.
   *
   * @param module of the map that counts and stores it
   * @param down Vᵀ [inputs, rank]
   * @param scope owns it
   */
  public Basis(String module, Matrix down, Scope scope) {
    this.module = module;
    this.down = down;
    in(scope).put(down.dtype(), this);
  }

  private Map<DType, Basis> in(Scope scope) {
    return copies.computeIfAbsent(scope, missing -> new HashMap<>());
  }

  /** The module of the map that counts and stores it. */
  public String module() {
    return module;
  }

  /** Vᵀ [inputs, rank]. */
  public Matrix down() {
    return down;
  }

  /** Width of V's output. */
  public int rank() {
    return down.cols();
  }

  /** The copy in a scope, the same for all maps that share it; itself where it lies there. */
  synchronized Basis copyTo(Scope scope, DType dtype) {
    Map<DType, Basis> there = in(scope);
    Basis present = there.get(dtype);
    if (present == null) {
      present = new Basis(module, Copies.of(down, scope, dtype), scope);
      there.put(dtype, present);
    }
    return present;
  }

  /** A copy that another map counts and stores. */
  public Basis copyFor(String other, Scope scope) {
    return new Basis(other, Copies.of(down, scope), scope);
  }
}
