package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.TextSource;
import io.github.lrfbench.harness.sweep.Shard;
import io.github.lrfbench.harness.sweep.SweepConfig;
import io.github.lrfbench.harness.sweep.SweepSetting;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The table of settings has all that the command line, files and configurations have. */
class SweepSettingTest {
  /** What says of a call how it goes, and nothing of a result. */
  private static final Set<String> OF_CALLS =
      Set.of("help", "version", "dry-run", "shard", "retry-memory", "max-cells");

  /** Settings that have another name than the part of the configuration that holds them. */
  private static final Map<String, String> RENAMED = Map.of("training", "train_text");

  private static Set<String> sorted(Stream<String> names) {
    return names.collect(Collectors.toCollection(TreeSet::new));
  }

  private static Stream<SweepSetting> settings() {
    return Arrays.stream(SweepSetting.values());
  }

  @Test
  void everyOptionIsInTheTable() {
    Set<String> options =
        sorted(
            new CommandLine(new SweepCommand())
                .getCommandSpec().options().stream()
                    .map(option -> option.longestName().substring(2))
                    .filter(name -> !OF_CALLS.contains(name)));
    assertEquals(options, sorted(settings().flatMap(setting -> setting.options().stream())));
  }

  @Test
  void everyPartOfAConfigurationIsInTheTable() {
    Set<String> labels = sorted(settings().map(SweepSetting::label));
    // Not set, but read off the methods.
    labels.remove(SweepSetting.PLUGINS.label());
    assertEquals(
        labels,
        sorted(
            components(SweepConfig.class)
                .flatMap(
                    part ->
                        List.of(Gpt2Options.class, TextSource.class).contains(part.getType())
                            ? components(part.getType())
                            : Stream.of(part))
                .map(part -> part.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT))
                .map(name -> RENAMED.getOrDefault(name, name))));
  }

  private static Stream<RecordComponent> components(Class<?> type) {
    return Arrays.stream(type.getRecordComponents());
  }

  @Test
  void standardsAreThoseOfTheCommand() {
    SweepConfig config = SweepCommand.parse(List.of()).config("run", Shard.WHOLE);
    Map<String, Object> recorded = SweepSetting.record(config);
    settings()
        .filter(SweepSetting::isRecorded)
        .forEach(
            setting -> {
              assertTrue(recorded.containsKey(setting.label()), setting.label());
              assertEquals(setting.standard(), recorded.get(setting.label()), setting.label());
            });
  }
}
