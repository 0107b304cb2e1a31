package io.github.lrfbench.harness.cli.doctor;

import io.github.lrfbench.harness.cli.ExitCode;
import io.github.lrfbench.kernels.DeviceProvider;
import io.github.lrfbench.kernels.Devices;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code doctor}: looks whether this machine has what a sweep needs. */
@Command(
    name = "doctor",
    description = "Checks this machine: Java, memory, cache, tokenizer, and what each device does.",
    footer = {"", "Ends with 0 if a sweep can run here, else with 2."},
    mixinStandardHelpOptions = true)
public final class DoctorCommand implements Callable<Integer> {
  private static final String LINE = "%-13s %-5s %s";

  /** Not before they are asked for: listing them looks for devices. */
  private final Supplier<List<Supplier<Finding>>> checks;

  @Spec private CommandSpec spec;

  /** Makes the command with all checks. */
  public DoctorCommand() {
    this(DoctorCommand::allChecks);
  }

  DoctorCommand(Supplier<List<Supplier<Finding>>> checks) {
    this.checks = checks;
  }

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    boolean faults = false;
    for (Supplier<Finding> check : checks.get()) {
      Finding finding = check.get();
      faults |= finding.fault();
      out.println(
          String.format(LINE, finding.subject(), finding.state().label(), finding.detail()));
    }
    out.println(faults ? "Mend what is marked FAULT." : "Ready.");
    return faults ? ExitCode.WRONG_INPUT : ExitCode.DONE;
  }

  private static List<Supplier<Finding>> allChecks() {
    List<Supplier<Finding>> checks = new ArrayList<>();
    checks.add(MachineChecks::java);
    checks.add(MachineChecks::system);
    checks.add(MachineChecks::memory);
    checks.add(() -> MachineChecks.environment(System.getenv()));
    checks.add(MachineChecks::cache);
    checks.add(TokenizerCheck::run);
    for (DeviceProvider provider : Devices.providers()) {
      for (DeviceProvider.Part part : provider.parts()) {
        checks.add(() -> DeviceCheck.part(provider, part));
      }
      checks.addAll(DeviceCheck.all(provider));
    }
    checks.add(() -> DeviceCheck.choice(System.getenv("LRFBENCH_DEVICE")));
    return checks;
  }
}
