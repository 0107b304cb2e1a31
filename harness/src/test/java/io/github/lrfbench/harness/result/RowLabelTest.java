package io.github.lrfbench.harness.result;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowLabelTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // method | method_params as versions wrote them | label
        "svd | split=sqrt | svd",
        "svd | bias=keep;split=sqrt;statistics=static | svd",
        "svd | bias=keep;fresh=off;split=sqrt;statistics=static | svd",
        "dense | | dense",
        "drone | bias=keep;examples=1024;form=projection;statistics=static | drone",
        "drone | attention=matrices;bias=keep;examples=1024;form=projection;tolerance=1 | drone",
        "drone | allocate=sensitivity;bias=keep;examples=1024;round_to=1 | drone sensitivity",
        "drone:attention=joint | attention=joint;examples=1024 | drone:attention=joint",
        "svd | allocate=uniform;round_to=8;split=sqrt | svd round 8",
        "svd | allocate=greedy;round_to=8;split=sqrt | svd greedy round 8",
        "lord+int8 | int8.bias=keep;lord.allocate=greedy;lord.examples=1024 | lord+int8 greedy",
        "fwsvd | examples=1024;finetune_epochs=1;finetune_lr=5.0E-5 | fwsvd finetune 1 x 5e-5",
        "svd | finetune_epochs=2;finetune_lr=0.001 | svd finetune 2 x 0.001",
        "svd | distill=0.5;distill_hidden=1.0;finetune_epochs=1;finetune_lr=1.5E-4"
            + " | svd finetune 1 x 1.5e-4 distill 0.5/1",
        "svd | finetune_epochs=3;finetune_lr=2.0E-5;finetune_select=held-out"
            + " | svd finetune 3 x 2e-5 select held-out",
        "svdllm | examples=64;update=none | svdllm calibration 64",
        // What these count is not what statistics are of.
        "svd-head | examples=2490;form=linear | svd-head",
        "laser | cuts=3;examples=128;search=mlp | laser",
        "laser | cuts=0;examples=128;search=mlp | laser",
        "svd | cache=latent;head=untied;qkv=split | svd qkv split head untied cache latent",
        "svd | head=as stored;qkv=whole | svd",
        // Standards that were others.
        "wlra | optimizer=anderson;steps=0 | wlra:optimizer=anderson",
        "wlra:optimizer=em:floor=0.1 | optimizer=em;floor=0.1 | wlra:optimizer=em:floor=0.1",
        "wlra:floor=0.1 | optimizer=anderson | wlra:optimizer=anderson:floor=0.1",
        "wlra | optimizer=lbfgs | wlra",
        "tfwsvd | optimizer=als;select=high | tfwsvd:optimizer=als",
        "kronecker | shape=auto;terms=4 | kronecker:terms=4",
        "kronecker:terms=16 | shape=auto;terms=16 | kronecker",
        "kronecker@++int8 | budget_stage=kronecker;kronecker.terms=4 | kronecker:terms=4@++int8",
        "svd+wlra | svd.bias=keep;wlra.optimizer=anderson | svd+wlra:optimizer=anderson",
        "my-wlra | optimizer=anderson | my-wlra"
      })
  void earlierRowsTellWhatTheyCan(String method, String parameters, String label) {
    RunRow row =
        earlier().set(RunColumns.METHOD, method).set(RunColumns.METHOD_PARAMS, parameters).build();
    assertEquals(label, RowLabel.of(row));
  }

  @Test
  void earlierRowsTellMoreInOtherColumns() {
    RunRow.Builder row = earlier().set(RunColumns.SCHEMA, 3L).set(RunColumns.METHOD, "svd");
    row.set(RunColumns.ENERGY_OF, "outputs")
        .set(RunColumns.CALIBRATION_EXAMPLES, 256)
        .set(RunColumns.EXTRA, Map.of("layers", List.of("*.query", "*.key")));
    assertEquals(
        "svd energy-of outputs calibration 256 layers *.query|*.key", RowLabel.of(row.build()));
    row.set(RunColumns.ENERGY_OF, "own")
        .set(RunColumns.CALIBRATION_EXAMPLES, 1024)
        .set(RunColumns.EXTRA, Map.of("max_length", 128));
    assertEquals("svd", RowLabel.of(row.build()));
  }

  @Test
  void aRowThatHasALabelIsCalledThat() {
    RunRow row = Rows.run("r", "c").toBuilder().set(RunColumns.LABEL, "svd greedy").build();
    assertEquals("svd greedy", RowLabel.of(row));
  }

  @Test
  void aRowOfNoMethodHasNoName() {
    assertEquals("", RowLabel.of(earlier().set(RunColumns.METHOD, null).build()));
  }

  private static RunRow.Builder earlier() {
    return Rows.run("r", "c").toBuilder().set(RunColumns.SCHEMA, 1L);
  }
}
