package io.github.lrfbench.harness.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.EnergyOf;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.MethodChain.Stage;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.allocate.Allocation.Policy;
import io.github.lrfbench.harness.compress.recover.Recovery;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.Compressors;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.compress.spi.Plugin;
import io.github.lrfbench.harness.measure.RoundRule;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.TextSource;
import io.github.lrfbench.harness.sweep.MemoryNeed.Step;
import io.github.lrfbench.harness.train.DistillationWeights;
import io.github.lrfbench.harness.train.Selection;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** The ids of results that were written by earlier versions stay what they are. */
class CellIdTest {
  private static final Budget HALF = new Budget.Keep(0.5);

  /** Taken from the version that wrote the first results. */
  private static final Map<String, String> KNOWN =
      Map.ofEntries(
          Map.entry("all", "d2e547e0c157b148"),
          Map.entry("batch", "16267ae8fdd6e46c"),
          Map.entry("batch, dense", "9f50cf1cad8f9e24"),
          Map.entry("batch, drone", "323df2ad7bb3eb3e"),
          Map.entry("bias", "b96b05cce660bd40"),
          Map.entry("calibrated", "aa03b093be2d9b14"),
          Map.entry("calibration", "a8ad5b1c063074c0"),
          Map.entry("calibration, dense", "faf82db42d726825"),
          Map.entry("calibration, drone", "d30e8cc749c79491"),
          Map.entry("cuda", "534ae3cba227a177"),
          Map.entry("data", "1180d53724a64980"),
          Map.entry("data, dense", "9ce7e8d2bbedc0c4"),
          Map.entry("decode", "581009c63e66165c"),
          Map.entry("decode, dense", "f5f69f5c05ce9403"),
          Map.entry("decode, drone", "f0f0596c212b011b"),
          Map.entry("dense seed", "6eb7cfc2055d37ed"),
          Map.entry("dense", "faf82db42d726825"),
          Map.entry("distilled", "26daad51d354f091"),
          Map.entry("dtype", "8e003c21f26342cd"),
          Map.entry("dtype, dense", "aeb623053663f629"),
          Map.entry("dtype, drone", "a9601d9268b8903e"),
          Map.entry("energy", "f73e26d0227a3f3c"),
          Map.entry("fisher", "10d30c0eb3bc55a7"),
          Map.entry("greedy round", "f866b5b27e3e698e"),
          Map.entry("greedy", "8537699be6048895"),
          Map.entry("head", "f5fdc7517de20725"),
          Map.entry("hidden", "a452141f868fe41c"),
          Map.entry("keep all", "a07a9a653e6bc1dd"),
          Map.entry("keep", "a8ad5b1c063074c0"),
          Map.entry("latent cache", "35b56a3e130e30b4"),
          Map.entry("latent cache, dense", "bcc5f001d72651c3"),
          Map.entry("latent cache, drone", "151e89e3f10164af"),
          Map.entry("layers", "7650ee0f19c27d84"),
          Map.entry("layers, dense", "faf82db42d726825"),
          Map.entry("layers, drone", "e27b99a5fdec7fab"),
          Map.entry("limit", "af73e3423992569d"),
          Map.entry("limit, dense", "30324556ea5306ed"),
          Map.entry("limit, drone", "8f129cd298880b94"),
          Map.entry("lost", "a16e4003a5c4b197"),
          Map.entry("max length", "46fa7d243ebf4fa8"),
          Map.entry("max length, dense", "6408389e2c2d3f4d"),
          Map.entry("max length, drone", "61eb33e6e2937c5a"),
          Map.entry("options in another order", "2681096171455cde"),
          Map.entry("options", "2681096171455cde"),
          Map.entry("prefill", "c9bec73b361eab8d"),
          Map.entry("prefill, dense", "80e8e9ab6c8ca75a"),
          Map.entry("prefill, drone", "f884319d58e9235c"),
          Map.entry("progressive", "7e45ff9d27afb56f"),
          Map.entry("rank", "c3d39d855faf532c"),
          Map.entry("recovery of drone", "bb4b9a14738b7cc7"),
          Map.entry("recovery", "e6e09671743b8bd2"),
          Map.entry("round", "c24a4adcdbb2646f"),
          Map.entry("seed", "bae41dab1b4dafb4"),
          Map.entry("sensitivity", "827594f3b75ea01a"),
          Map.entry("sequence", "8e3dcf5fd0f79f5a"),
          Map.entry("split", "6793dc032948c90f"),
          Map.entry("split, dense", "d24e4b8d99bfe978"),
          Map.entry("split, drone", "af55c26261deb9ca"),
          Map.entry("strs of drone", "550ae492eb505257"),
          Map.entry("untie", "6a84aa702f904b4c"),
          Map.entry("untie, dense", "88e1eb0d43044cb9"),
          Map.entry("untie, drone", "95bf8048007c5057"));

  /** What most of the cells have in common. */
  private static final SweepConfig CONFIG =
      config(List.of(), 1024, "fp32", LatencyKind.FORWARD, 1, 128, 0, Gpt2Options.DEFAULT);

  private static SweepConfig config(
      List<String> layers,
      int calibration,
      String dtype,
      LatencyKind latency,
      int batchSize,
      int maxLength,
      int limit,
      Gpt2Options matrices) {
    return new SweepConfig(
        List.of("m"),
        List.of("sst2"),
        List.of("svd"),
        List.of(HALF),
        List.of(Allocation.UNIFORM),
        List.of(Recovery.NONE),
        calibration,
        List.of(0L),
        layers,
        "cpu",
        dtype,
        1,
        latency,
        batchSize,
        0,
        RoundRule.DEFAULT,
        false,
        maxLength,
        limit,
        matrices,
        null,
        TextSource.NONE,
        Path.of("out"),
        KeptPredictions.AUTO,
        List.of(),
        List.of());
  }

  private static Variant variant(String method, Budget budget) {
    return new Variant(MethodChain.parse(method), budget, Recovery.NONE, 0);
  }

  private static Variant allocated(String method, Policy policy, int multiple) {
    return new Variant(
        MethodChain.parse(method), HALF, new Allocation(policy, multiple), Recovery.NONE, 0);
  }

  private static Variant recovered(String method, Recovery recovery) {
    return new Variant(MethodChain.parse(method), HALF, recovery, 7);
  }

  private static String id(Variant variant, SweepConfig config) {
    return new Cell("m", "abc", "sst2", "", variant).id(config, "cpu", 128);
  }

  /** Ids of cells by what is special about them. */
  private static Map<String, String> ids() {
    Map<String, String> ids = new TreeMap<>();
    BiConsumer<String, Variant> add = (name, variant) -> ids.put(name, id(variant, CONFIG));
    add.accept("dense", Variant.dense(0));
    add.accept("dense seed", Variant.dense(3));
    add.accept("keep", variant("svd", HALF));
    add.accept("keep all", variant("svd", new Budget.Keep(1)));
    add.accept("rank", variant("svd", new Budget.Rank(64)));
    add.accept("energy", variant("svd", new Budget.Energy(0.9)));
    add.accept("options", variant("asvd:alpha=1:scale=rms", HALF));
    add.accept("options in another order", variant("asvd:scale=rms:alpha=1.0", HALF));
    add.accept("bias", variant("svd:bias=compensate", HALF));
    add.accept("calibrated", variant("drone", HALF));
    add.accept("fisher", variant("fwsvd", new Budget.Rank(8)));
    add.accept("head", variant("svd-head:form=tanh", new Budget.Rank(2)));
    add.accept("progressive", variant("progressive:steps=2", HALF));
    add.accept("seed", new Variant(MethodChain.parse("svd"), HALF, Recovery.NONE, -5));
    add.accept("greedy", allocated("svd", Policy.GREEDY, 1));
    add.accept("round", allocated("svd", Policy.UNIFORM, 8));
    add.accept("greedy round", allocated("svd", Policy.GREEDY, 8));
    add.accept("sensitivity", allocated("svd", Policy.SENSITIVITY, 1));
    add.accept("strs of drone", allocated("drone", Policy.STRS, 1));
    add.accept(
        "recovery",
        recovered("svd", new Recovery(2, 2e-5, DistillationWeights.NONE, Selection.LAST)));
    add.accept(
        "recovery of drone",
        recovered("drone", new Recovery(1, 0.001, DistillationWeights.NONE, Selection.LAST)));
    add.accept(
        "distilled",
        recovered(
            "svd", new Recovery(3, 5e-5, new DistillationWeights(0.5, 0, 0, 0), Selection.LAST)));
    add.accept(
        "hidden",
        recovered(
            "svd", new Recovery(3, 5e-5, new DistillationWeights(0.25, 1, 0, 0), Selection.LAST)));
    Variant half = variant("svd", HALF);
    Variant drone = variant("drone", HALF);
    BiConsumer<String, SweepConfig> with =
        (name, config) -> {
          ids.put(name, id(half, config));
          ids.put(name + ", dense", id(Variant.dense(0), config));
          ids.put(name + ", drone", id(drone, config));
        };
    LatencyKind forward = LatencyKind.FORWARD;
    Gpt2Options whole = Gpt2Options.DEFAULT;
    with.accept(
        "layers", config(List.of("*.query", "*.key"), 1024, "fp32", forward, 1, 128, 0, whole));
    with.accept("calibration", config(List.of(), 64, "fp32", forward, 1, 128, 0, whole));
    with.accept("dtype", config(List.of(), 1024, "bf16", forward, 1, 128, 0, whole));
    with.accept("decode", config(List.of(), 1024, "fp32", LatencyKind.DECODE, 1, 128, 0, whole));
    with.accept("prefill", config(List.of(), 1024, "fp32", LatencyKind.PREFILL, 1, 128, 0, whole));
    with.accept("batch", config(List.of(), 1024, "fp32", forward, 32, 128, 0, whole));
    with.accept("max length", config(List.of(), 1024, "fp32", forward, 1, 64, 0, whole));
    with.accept("limit", config(List.of(), 1024, "fp32", forward, 1, 128, 200, whole));
    with.accept(
        "split", config(List.of(), 1024, "fp32", forward, 1, 128, 0, new Gpt2Options(true, false)));
    with.accept(
        "untie", config(List.of(), 1024, "fp32", forward, 1, 128, 0, new Gpt2Options(false, true)));
    with.accept(
        "latent cache",
        config(List.of(), 1024, "fp32", forward, 1, 128, 0, new Gpt2Options(true, false, true)));
    ids.put("data", new Cell("m", "abc", "wikitext2", "f00", half).id(CONFIG, "cpu", 128));
    ids.put(
        "data, dense",
        new Cell("m", "abc", "wikitext2", "f00", Variant.dense(0)).id(CONFIG, "cpu", 128));
    ids.put("lost", new Cell("m", "", "sst2", "model=m", half).id(CONFIG, "cpu", 128));
    ids.put("cuda", new Cell("m", "abc", "sst2", "", half).id(CONFIG, "cuda", 128));
    ids.put("sequence", new Cell("m", "abc", "sst2", "", half).id(CONFIG, "cpu", 64));
    Variant all =
        new Variant(
            MethodChain.parse("drone:attention=joint"),
            new Budget.Keep(0.3),
            new Allocation(Policy.GREEDY, 8),
            new Recovery(1, 1e-4, new DistillationWeights(0.5, 0.5, 0, 0), Selection.LAST),
            1);
    ids.put(
        "all",
        new Cell("m", "abc", "wikitext2", "f00", all)
            .id(
                config(
                    List.of("h.0.*"),
                    256,
                    "tf32",
                    LatencyKind.DECODE,
                    8,
                    64,
                    100,
                    new Gpt2Options(true, true, true)),
                "cuda",
                512));
    return ids;
  }

  @Test
  void aMethodThatIsNoneOfTheProgramsOwnBringsItsHash() {
    Compressor svd = Compressors.get("svd");
    Compressor foreign =
        new Compressor() {
          @Override
          public MethodInfo info() {
            return svd.info();
          }

          @Override
          public Compression compress(CompressionRequest request) {
            return svd.compress(request);
          }
        };
    MethodOptions options = MethodSpec.parse("svd").options();
    Variant variant =
        new Variant(
            new MethodChain(List.of(new Stage(new MethodSpec(foreign, options), false, false))),
            HALF,
            Recovery.NONE,
            0);
    CellContext context =
        new CellContext(
            new Cell("m", "abc", "sst2", "", variant), CONFIG, 128, "cpu", "", 0, Step.COMPRESS);
    String hash = "\nplugin=" + Plugin.of(foreign).orElseThrow().sha256();
    assertTrue(SweepSetting.idKey(context).endsWith(hash));
    assertTrue(SweepSetting.memoryKey(context).contains(hash));
  }

  @Test
  void whatAShareIsOfIsPartOfAnIdUnlessItIsTheMethodsOwn() {
    Map<String, String> ids = new TreeMap<>();
    for (EnergyOf of : EnergyOf.values()) {
      ids.put(of.label(), id(variant("svd", new Budget.Energy(0.9, of)), CONFIG));
    }
    assertEquals(KNOWN.get("energy"), ids.get("own"));
    assertEquals(3, new TreeSet<>(ids.values()).size());
    Variant outputs = variant("svd", new Budget.Energy(0.9, EnergyOf.OUTPUTS));
    assertTrue(outputs.needsCalibration());
    assertTrue(outputs.describe().endsWith(" of outputs"));
  }

  @Test
  void anotherEpochThanTheLastIsAnotherCell() {
    Recovery last = new Recovery(2, 2e-5, DistillationWeights.NONE, Selection.LAST);
    Recovery chosen = new Recovery(2, 2e-5, DistillationWeights.NONE, Selection.HELD_OUT);
    assertNotEquals(id(recovered("svd", last), CONFIG), id(recovered("svd", chosen), CONFIG));
    assertEquals(
        KNOWN.get("recovery"),
        id(
            recovered("svd", new Recovery(2, 2e-5, DistillationWeights.NONE, Selection.LAST)),
            CONFIG));
  }

  @Test
  void whatIsLearntOfAttentionIsToldWhereSomethingIs() {
    Set<String> ids = new HashSet<>();
    for (DistillationWeights weights :
        List.of(
            new DistillationWeights(0.25, 1, 0, 0),
            new DistillationWeights(0.25, 1, 1, 0),
            new DistillationWeights(0.25, 1, 0, 1),
            new DistillationWeights(0.25, 1, 0, 2),
            new DistillationWeights(0, 0, 1, 0))) {
      ids.add(id(recovered("svd", new Recovery(3, 5e-5, weights, Selection.LAST)), CONFIG));
    }
    assertEquals(5, ids.size());
    assertTrue(ids.contains(KNOWN.get("hidden")));
  }

  @Test
  void aStandardThatMovedIsToldSoThatEarlierResultsAreNotTakenForTodays() {
    for (String method :
        List.of("wlra:optimizer=lbfgs", "tfwsvd:optimizer=lbfgs", "kronecker:terms=16")) {
      String name = method.substring(0, method.indexOf(':'));
      MethodChain chain = MethodChain.parse(name);
      assertEquals(name, chain.text());
      assertEquals(method, chain.id());
      assertEquals(method + "+int8", MethodChain.parse(name + "+int8").id());
      assertEquals(id(variant(name, HALF), CONFIG), id(variant(method, HALF), CONFIG));
      CellContext context =
          new CellContext(
              new Cell("m", "abc", "sst2", "", variant(name, HALF)),
              CONFIG,
              128,
              "cpu",
              "",
              0,
              Step.COMPRESS);
      assertTrue(SweepSetting.idKey(context).contains(method), method);
    }
  }

  @Test
  void idsAreWhatTheyWere() {
    assertEquals(new TreeMap<>(KNOWN), ids());
  }
}
