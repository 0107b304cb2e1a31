package io.github.lrfbench.harness.compress.sharing;

import io.github.lrfbench.harness.compress.allocate.Allocation.Policy;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The method {@code basis-sharing}: matrices W_l share the right one of their two factors, W_l ≈
 * A_l B, which is stored once (Wang et al. 2025, "Basis Sharing: cross-layer parameter sharing for
 * large language model compression"). B and all A_l are those of the closest outputs of the stacked
 * matrix [W_1; W_2; ...] on the pooled inputs, C = Σ C_l. Matrices that share nothing are
 * compressed alone, as {@code drone} does.
 *
 * <p>{@code share=horizontal}: query, key and value of a block, which have one input: C is that of
 * each, and B x is computed once. {@code share=blocks}: matrices of the same role in {@code group}
 * consecutive blocks, of the roles that {@code types} names.
 *
 * <p>Inputs of different blocks differ, so that the pooled solution is none of the closest outputs
 * of each matrix on its own inputs. {@code fit=refit} fits every A_l to these, B being given;
 * {@code fit=als} goes on to fit B and all A_l in turns.
 */
public final class BasisSharingCompressor implements Compressor {
  static final String SHARE = "share";
  static final String BLOCKS = "blocks";
  static final String GROUP = "group";
  static final String TYPES = "types";
  static final String FIT = "fit";
  static final String POOLED = "pooled";
  static final String REFIT = "refit";
  static final String ALS = "als";

  /** What a word of the option stands for; a GPT-2's projections may be one matrix. */
  private static final Map<String, Set<String>> ROLES =
      new TreeMap<>(
          Map.of(
              "qkv", Set.of("query", "key", "value", "query_key_value"),
              "attention_output", Set.of("attention_output"),
              "intermediate", Set.of("intermediate"),
              "output", Set.of("output")));

  private static final MethodOption GROUP_OPTION = MethodOption.count(GROUP, 2, 1, 1000);

  /** The authors share all of a GPT-2 but the second matrix of the feed-forward layers. */
  private static final MethodOption TYPES_OPTION =
      new MethodOption(
          TYPES,
          "names of " + String.join(", ", ROLES.keySet()) + " joined by '-'",
          "attention_output-intermediate-qkv",
          BasisSharingCompressor::canonicalTypes);

  private static final MethodOption FIT_OPTION = MethodOption.choice(FIT, POOLED, REFIT, ALS);

  /** Those that ask for singular values of the groups, or for errors of their outputs. */
  private static final Set<Policy> POLICIES =
      EnumSet.of(
          Policy.UNIFORM,
          Policy.ENERGY,
          Policy.GREEDY,
          Policy.ABSOLUTE,
          Policy.LAGRANGE,
          Policy.SENSITIVITY,
          Policy.V2);

  private static String canonicalTypes(String text) {
    Set<String> words = new TreeSet<>(Arrays.asList(text.split("-", -1)));
    return ROLES.keySet().containsAll(words) ? String.join("-", words) : null;
  }

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "basis-sharing",
        "one right factor for several matrices: of a block's query, key and value, or of blocks",
        "Wang et al. 2025",
        Set.of(Need.WEIGHTS, Need.ACTIVATIONS),
        "drone of query, key and value as one matrix; drone with share=blocks:group=1",
        List.of(
            MethodOption.choice(SHARE, "horizontal", BLOCKS),
            GROUP_OPTION,
            TYPES_OPTION,
            FIT_OPTION));
  }

  @Override
  public void check(MethodOptions options) {
    boolean blocks = options.is(SHARE, BLOCKS);
    for (MethodOption option : List.of(GROUP_OPTION, TYPES_OPTION, FIT_OPTION)) {
      if (!blocks && !options.is(option.name(), option.standard())) {
        throw new InputException(
            "--method basis-sharing: "
                + option.name()
                + " is of share=blocks and would change nothing");
      }
    }
    if (options.count(GROUP) == 1 && !options.is(FIT, POOLED)) {
      throw new InputException(
          "--method basis-sharing: with group=1 nothing is shared, and fit would change nothing");
    }
  }

  /** A basis is shared by whole matrices, not by what another form leaves over of them. */
  @Override
  public boolean triesInModel(MethodOptions options) {
    return true;
  }

  @Override
  public boolean allocates(Policy policy, MethodOptions options) {
    return POLICIES.contains(policy);
  }

  @Override
  public Compression compress(CompressionRequest request) {
    request.requireBudget(info().name());
    return new BasisSharing(request, groups(request)).run();
  }

  private static List<BasisGroup> groups(CompressionRequest request) {
    MethodOptions options = request.options();
    List<LinearSlot> slots = request.slots();
    if (!options.is(SHARE, BLOCKS)) {
      List<BasisGroup> groups = BasisGroup.ofBlocks(slots);
      requireSharing(
          groups,
          "query, key and value of a block among the matrices; those of a GPT-2 are three with"
              + " --split-qkv");
      return groups;
    }
    int size = options.count(GROUP);
    Set<String> roles =
        Arrays.stream(options.text(TYPES).split("-"))
            .flatMap(word -> ROLES.get(word).stream())
            .collect(Collectors.toSet());
    List<BasisGroup> groups = BasisGroup.overBlocks(slots, size, roles);
    if (size > 1) {
      requireSharing(
          groups, "matrices of one of its types in consecutive blocks among the matrices");
    }
    return groups;
  }

  private static void requireSharing(List<BasisGroup> groups, String what) {
    if (groups.stream().noneMatch(BasisGroup::shares)) {
      throw new InputException("--method basis-sharing needs " + what);
    }
  }
}
