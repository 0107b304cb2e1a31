package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.glue.GlueTask;
import io.github.lrfbench.harness.glue.GlueTasks;
import io.github.lrfbench.harness.hub.Hub;
import io.github.lrfbench.harness.hub.HubRepo;
import io.github.lrfbench.harness.hub.Snapshot;
import io.github.lrfbench.harness.hub.glue.GlueData;
import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fetch}: models and GLUE from the hub into the cache. */
@Command(
    name = "fetch",
    description = "Fetches models or the GLUE data from the Hugging Face hub into the cache.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Prints the directory of each. A fetch that was stopped goes on where it stopped when it is given again;",
      "every file is checked by its checksum. Other commands take 'hf:owner/name' as a model, from the cache if it",
      "is there, and GLUE that was fetched where no --glue is given.",
      "",
      "Of a model, its configuration, tokenizer and weights are fetched: safetensors if there are any or the hub has",
      "converted them in a pull request, else pytorch_model.bin. The cache is LRFBENCH_CACHE/hub",
      "in the layout of Hugging Face's tools; HF_HOME or HF_HUB_CACHE name one to share with them. HF_TOKEN is",
      "shown to the hub only, HF_ENDPOINT names another hub, and HF_HUB_OFFLINE=1 keeps to the cache.",
      "",
      "Example: lrfbench fetch glue:rte hf:textattack/roberta-base-RTE"
    })
final class FetchCommand implements Callable<Integer>, PrintsData {
  private static final String GLUE = "glue";

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "WHAT",
      description = "hf:owner/name or hf:owner/name@revision; glue or glue:task.")
  private List<String> wanted = new ArrayList<>();

  @Override
  public Integer call() {
    Path cache = Natives.cacheFolder();
    List<Wanted> found = wanted.stream().map(FetchCommand::parse).toList();
    PrintWriter stdout = spec.commandLine().getOut();
    for (Wanted what : found) {
      try (FetchProgress progress = new FetchProgress()) {
        stdout.println(what.fetch(Hub.open(cache, progress), cache, progress));
        stdout.flush();
      }
    }
    return ExitCode.DONE;
  }

  /** One of the things to fetch, known to be named rightly. */
  private interface Wanted {
    Path fetch(Hub hub, Path cache, FetchProgress progress);
  }

  private static Wanted parse(String name) {
    if (name.startsWith(HubRepo.PREFIX)) {
      HubRepo repo = HubRepo.model(name);
      return (hub, cache, progress) -> {
        Snapshot snapshot = hub.fetch(repo);
        progress.note(repo + " is at commit " + snapshot.commit());
        return snapshot.directory();
      };
    }
    GlueTasks official = GlueTasks.official();
    if (name.equals(GLUE)) {
      return (hub, cache, progress) -> GlueData.fetch(hub, official.all(), cache, progress);
    }
    if (name.startsWith(GLUE + ":")) {
      GlueTask task = official.get(name.substring(GLUE.length() + 1));
      List<GlueTask> sharers =
          official.all().stream().filter(other -> other.folder().equals(task.folder())).toList();
      return (hub, cache, progress) -> GlueData.fetch(hub, sharers, cache, progress);
    }
    throw new InputException(
        OneLine.quote(name) + " cannot be fetched; write hf:owner/name, glue or glue:task");
  }
}
