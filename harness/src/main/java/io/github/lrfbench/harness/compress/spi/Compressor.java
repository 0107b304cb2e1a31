package io.github.lrfbench.harness.compress.spi;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.EnergyOf;
import io.github.lrfbench.harness.compress.allocate.Allocation.Policy;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import java.util.List;
import java.util.Set;

/**
 * A compression method. Found by {@link java.util.ServiceLoader}, so that a jar on the class path
 * can add one; an implementation has a public constructor without parameters and keeps no state
 * between calls.
 */
public interface Compressor {
  /** How many held-out training examples a method chooses by that says nothing else. */
  int HELD_OUT = 128;

  /** What the method is and needs. */
  MethodInfo info();

  /** What the method needs with the given values of its options. */
  default Set<Need> needs(MethodOptions options) {
    return info().needs();
  }

  /**
   * Checks what no option can check alone.
   *
   * @throws io.github.lrfbench.kernels.InputException if these values do not go together
   */
  default void check(MethodOptions options) {}

  /** Whether the method shares a budget out among matrices by any allocation; else by none. */
  default boolean allocates() {
    return true;
  }

  /** Whether it does so by a policy with the given values of its options. */
  default boolean allocates(Policy policy, MethodOptions options) {
    return allocates();
  }

  /**
   * Whether of every matrix each point adds a part to the one before it, which {@link
   * Factorization#firstOrder} weighs; else allocations that weigh parts are refused.
   */
  default boolean nests(MethodOptions options) {
    return true;
  }

  /**
   * Stages that these options stand for and that come before this method in a chain, as {@code
   * --method} names them.
   */
  default List<String> before(MethodOptions options) {
    return List.of();
  }

  /** The same of stages that come after it. */
  default List<String> after(MethodOptions options) {
    return List.of();
  }

  /**
   * Whether it puts what it makes in the places of matrices to see or train what the model does
   * with it. What is added to another form has no such place.
   */
  default boolean triesInModel(MethodOptions options) {
    return needs(options).contains(Need.LOSS) || needs(options).contains(Need.TRAINING);
  }

  /** How many held-out training examples it chooses by, if there are as many; 0 for none. */
  default int heldOut(MethodOptions options) {
    return needs(options).contains(Need.LOSS) ? HELD_OUT : 0;
  }

  /**
   * Whether it changes dense matrices and leaves them dense, so that the stage after it loses less:
   * it takes no budget, and saves nothing.
   */
  default boolean prepares() {
    return false;
  }

  /** What it takes of a model that earlier stages of a chain have compressed. */
  default Takes takes() {
    return Takes.WHOLE;
  }

  /** Of a method that works on what others made, one whose matrices it can work on. */
  default String follows() {
    return "svd";
  }

  /**
   * Whether a budget can be met by this stage of a chain; the first that can takes it. It is a
   * matter of the method and not of a model, so that it is known before there is one.
   */
  default boolean canMeet(Budget budget, MethodOptions options) {
    return takes() == Takes.WHOLE && !prepares();
  }

  /**
   * Checks that a budget says something to the method.
   *
   * @throws io.github.lrfbench.kernels.InputException if it does not
   */
  default void check(Budget budget, MethodOptions options) {}

  /** Whether its options say how much it keeps, so that it takes no budget. */
  default boolean hasOwnSize(MethodOptions options) {
    return false;
  }

  /** Of what a budget of energy may be a share; this method sees to that. */
  default Set<EnergyOf> energies(MethodOptions options) {
    return Set.of(EnergyOf.OWN);
  }

  /** What a stage of a chain works on. */
  enum Takes {
    /** Matrices that no earlier stage has given another form. */
    WHOLE,
    /** All matrices, as they stand. */
    ALL,
    /** What a form is made of: each factor for itself. */
    LEAVES,
    /** The head of a language model, whatever became of the matrices. */
    HEAD,
    /** The tables of words, and no other matrices. */
    TABLES
  }

  /** Whether what it makes is a head, which no other program reads, and not matrices. */
  default boolean solvesHead() {
    return false;
  }

  /** Whether it puts a layer of another kind, which no other program reads, for the embeddings. */
  default boolean replacesInput() {
    return false;
  }

  /**
   * Finds replacements for the requested matrices. The request's model is not modified.
   *
   * @throws io.github.lrfbench.kernels.InputException if the request cannot be met
   */
  Compression compress(CompressionRequest request);
}
