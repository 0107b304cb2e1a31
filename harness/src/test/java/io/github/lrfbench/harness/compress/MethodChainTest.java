package io.github.lrfbench.harness.compress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.MethodChain.Stage;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.allocate.Allocation.Policy;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.kernels.InputException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MethodChainTest {
  @ParameterizedTest
  @CsvSource({
    "svd, svd",
    "svd@, svd",
    "svd:bias=keep, svd",
    "svd+refit, svd+refit",
    "svd@+refit, svd@+refit",
    "svd++drone@, svd++drone@",
    "svd:bias=compensate++fwsvd+lora:epochs=3:lr=1e-4,svd:bias=compensate++fwsvd+lora",
    "dalr:lambda=1e+3, dalr:lambda=1000",
    "dalr:lambda=1e+3+refit+recover:lr=2E-5, dalr:lambda=1000+refit+recover",
    "dalr:lambda=1e+3++svd@, dalr:lambda=1000++svd@",
  })
  void theTextIsShortestAndReadAsTheSame(String asked, String text) {
    MethodChain chain = MethodChain.parse(asked);
    assertEquals(text, chain.text());
    assertEquals(text, MethodChain.parse(chain.text()).text());
    assertEquals(chain.name().split("\\+").length, chain.stages().size());
  }

  @Test
  void swiftIsAnotherNameOfDrone() {
    assertEquals("drone", MethodChain.parse("swift").text());
    assertEquals("drone:form=literal+int8", MethodChain.parse("swift:form=literal+int8").text());
  }

  @Test
  void twoPlusesMakeASumAndAMarkIsItsStages() {
    List<Stage> stages = MethodChain.parse("svd++drone@+refit").stages();
    assertEquals(List.of(false, true, false), stages.stream().map(Stage::residual).toList());
    assertEquals(List.of(false, true, false), stages.stream().map(Stage::marked).toList());
    assertEquals("svd+drone+refit", MethodChain.parse("svd++drone@+refit").name());
  }

  @ParameterizedTest
  @CsvSource({
    "svd+, lacks a stage",
    "+svd, lacks a stage",
    "svd++, lacks a stage",
    "svd+++drone, lacks a stage",
    "++svd, lacks a stage",
    "@, lacks a stage",
    "svd+@, lacks a stage",
    "'', lacks a stage",
    "dense+svd, dense is no stage",
    "svd+dense, dense is no stage",
    "svd@+drone@, more than one stage",
    "refit, 'put it after one, such as svd+refit'",
    "qlora, 'put it after one, such as int8+qlora'",
    "recover+svd, put it after one",
    "svd+refit@, takes no budget",
    "svd++recover, put it after one",
    "svd+svd-head, solves the head",
    "svd-head+bias, solves the head",
    "svd+nothing, nothing",
    "svd@@, svd@",
    "svd+refit:of=x, no option 'of'",
    "prehab, prehab+svd",
    "svd+prehab, prehab+svd",
    "prehab+recover, prehab+svd",
    "prehab+prehab, prehab+svd",
    "prehab@+svd, takes no budget",
    "prehab++svd, leaves nothing over",
    "svd++prehab+svd, tries in the model",
    "prehab:keep=0.3+svd, would change nothing",
    "prehab:lambda=-1+svd, lambda must be schedule|0..1000000",
  })
  void whatIsNoChainIsRefusedInALine(String text, String what) {
    InputException refused =
        assertThrows(InputException.class, () -> MethodChain.parse(text), text);
    assertTrue(refused.getMessage().contains(what), refused.getMessage());
    assertFalse(refused.getMessage().contains("\n"), refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "svd+refit, svd",
    "svd++drone@, drone",
    "svd+svd@, svd2",
    "joint-attention+drone, joint-attention",
    "svd+bias+recover, svd",
    "prehab+drone, drone",
    "prehab:lambda=0+joint-attention+svd, joint-attention",
    "prehab+prehab:lambda=1+svd, svd",
  })
  void theFirstStageThatCanTakesTheBudgetOrTheMarkedOne(String text, String stage) {
    for (Budget budget : List.of(new Budget.Keep(0.5), new Budget.Energy(0.5))) {
      assertEquals(Optional.of(stage), MethodChain.parse(text).describeBudgetStage(budget));
    }
  }

  @Test
  void aStageThatCannotMeetTheBudgetLeavesItToALaterOne() {
    MethodChain chain = signsAnd("svd", true);
    assertEquals(1, chain.budgetStage(new Budget.Rank(3)));
    assertEquals(1, chain.budgetStage(new Budget.Energy(0.5)));
    assertEquals(1, chain.budgetStage(new Budget.Bits(0.5)));
    assertEquals(0, chain.budgetStage(new Budget.Bits(2)));
    assertEquals("signs++svd", chain.text());
  }

  /** One of a single point and another. */
  static MethodChain signsAnd(String other, boolean residual) {
    return new MethodChain(
        List.of(
            new Stage(SignsMethod.spec(true), false, false),
            new Stage(MethodSpec.parse(other), false, residual)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"svd", "svd@+refit", "svd+recover"})
  void aSingleMethodHasNoStageToTellOf(String text) {
    Optional<String> told = MethodChain.parse(text).describeBudgetStage(new Budget.Keep(0.5));
    assertEquals(text.equals("svd") ? Optional.empty() : Optional.of("svd"), told);
  }

  @Test
  void needsAreThoseOfAllStagesAndOfWhatOptionsStandFor() {
    assertEquals(Set.of(Need.WEIGHTS), MethodChain.parse("svd").needs());
    assertTrue(MethodChain.parse("svd+bias").needs().contains(Need.ACTIVATIONS));
    assertTrue(MethodChain.parse("svd+recover").needs().contains(Need.TRAINING));
    assertTrue(MethodChain.parse("svdllm:update=lora").needs().contains(Need.TRAINING));
    assertTrue(MethodChain.parse("svd++drone@").needsCalibration());
    assertFalse(MethodChain.parse("svd++svd@").needsCalibration());
  }

  @Test
  void theStageThatTakesTheBudgetMustShareItOutAsAsked() {
    Allocation greedy = new Allocation(Policy.GREEDY, 1);
    Budget budget = new Budget.Keep(0.5);
    MethodChain.parse("svd+refit").check(budget, greedy);
    MethodChain.parse("laser+svd@").check(budget, greedy);
    for (String text : new String[] {"laser", "laser+refit", "svd+laser@"}) {
      MethodChain chain = MethodChain.parse(text);
      InputException refused =
          assertThrows(InputException.class, () -> chain.check(budget, greedy), text);
      assertTrue(refused.getMessage().contains("--method laser"), refused.getMessage());
      chain.check(budget, Allocation.UNIFORM);
    }
  }
}
