package io.github.lrfbench.kernels.cuda.emulator;

import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestTag;
import org.junit.platform.launcher.PostDiscoveryFilter;

/** Leaves out the tests tagged {@code cuda} where the emulator is wanted and there is no g++. */
public final class EmulatorFilter implements PostDiscoveryFilter {
  private static final TestTag CUDA = TestTag.create("cuda");

  @Override
  public FilterResult apply(TestDescriptor test) {
    return FilterResult.includedIf(
        EmulatorSession.failure() == null || !test.getTags().contains(CUDA),
        () -> "no emulator is needed",
        EmulatorSession::failure);
  }
}
