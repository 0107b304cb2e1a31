package io.github.lrfbench.harness.linear;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * What several maps of a model share, such as the right factor V of W_l ≈ U_l V: one object, by
 * which it is known that they do. Its copies are shared likewise: there is one of them in a scope.
 */
public final class Basis {
  private final String module;
  private final List<Matrix> factors;

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
    this(module, List.of(down), scope);
  }

  /**
   * A basis of several matrices.
   *
   * @param module of the map that counts and stores them
   * @param factors of one type, at least one
   * @param scope owns them
   */
  public Basis(String module, List<Matrix> factors, Scope scope) {
    this.module = module;
    this.factors = List.copyOf(factors);
    in(scope).put(factors.get(0).dtype(), this);
  }

  private Map<DType, Basis> in(Scope scope) {
    return copies.computeIfAbsent(scope, missing -> new HashMap<>());
  }

  /** The module of the map that counts and stores it. */
  public String module() {
    return module;
  }

  /** All that is shared. */
  public List<Matrix> factors() {
    return factors;
  }

  /** Of two factors Vᵀ [inputs, rank]. */
  public Matrix down() {
    return factors.get(0);
  }

  /** Width of V's output. */
  public int rank() {
    return down().cols();
  }

  /** Numbers in it. */
  public long parameters() {
    return factors.stream().mapToLong(factor -> (long) factor.rows() * factor.cols()).sum();
  }

  /** The copy in a scope, the same for all maps that share it; itself where it lies there. */
  synchronized Basis copyTo(Scope scope, DType dtype) {
    Map<DType, Basis> there = in(scope);
    Basis present = there.get(dtype);
    if (present == null) {
      present = new Basis(module, copies(scope, dtype), scope);
      there.put(dtype, present);
    }
    return present;
  }

  /** A copy that another map counts and stores. */
  public Basis copyFor(String other, Scope scope) {
    return new Basis(other, copies(scope, down().dtype()), scope);
  }

  private List<Matrix> copies(Scope scope, DType dtype) {
    return factors.stream().map(factor -> Copies.of(factor, scope, dtype)).toList();
  }
}
