package io.github.lrfbench.harness.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Follows the likeliest texts at once. Rules of which there are several in circulation are those of
 * {@code generate} of Hugging Face's transformers: a text that ends is a result only if it is among
 * the best {@code beams} of its step, results compete by their penalized likelihood, and {@link
 * EarlyStopping} says when the search ends.
 */
final class BeamSearch implements Search {
  /**
   * A text, the prompt included, and the logarithm of its likelihood; of a finished one divided by
   * the penalty.
   */
  private record Hypothesis(int[] text, double score) {}

  private record Candidate(int source, int token, double score) {}

  private static final Comparator<Candidate> WORST_FIRST =
      Comparator.comparingDouble(Candidate::score)
          .thenComparing(Candidate::source, Comparator.reverseOrder())
          .thenComparing(Candidate::token, Comparator.reverseOrder());

  private final GenerationSettings settings;
  private final int prompt;
  private final int longest;
  private List<Hypothesis> running;
  private final List<Hypothesis> finished = new ArrayList<>();
  private boolean over;

  BeamSearch(GenerationSettings settings, int[] prompt) {
    this.settings = settings;
    this.prompt = prompt.length;
    this.longest = prompt.length + settings.limit().newTokens(prompt.length);
    this.running = List.of(new Hypothesis(prompt, 0));
  }

  @Override
  public List<Extension> step(float[][] logits) {
    if (over) {
      throw new IllegalStateException("the search is over");
    }
    List<Candidate> candidates = best(logits);
    List<Hypothesis> next = new ArrayList<>();
    List<Extension> extensions = new ArrayList<>();
    boolean full = isFull() && atOnce();
    for (int rank = 0; rank < candidates.size(); rank++) {
      Candidate candidate = candidates.get(rank);
      int[] before = running.get(candidate.source()).text();
      int[] text = Arrays.copyOf(before, before.length + 1);
      text[before.length] = candidate.token();
      boolean ends = text.length == longest || settings.ends().contains(candidate.token());
      if (!ends && next.size() < settings.beams()) {
        next.add(new Hypothesis(text, candidate.score()));
        extensions.add(new Extension(candidate.source(), candidate.token()));
      } else if (ends && rank < settings.beams() && !full) {
        finish(text, candidate.score());
      }
    }
    running = next;
    over = next.isEmpty() || isFull() && (atOnce() || !canImprove());
    return over ? List.of() : extensions;
  }

  /** The likeliest continuations, best first: so many that enough of them go on. */
  private List<Candidate> best(float[][] logits) {
    int keep = Math.max(2, 1 + settings.ends().size()) * settings.beams();
    PriorityQueue<Candidate> best = new PriorityQueue<>(WORST_FIRST);
    for (int source = 0; source < running.size(); source++) {
      Hypothesis text = running.get(source);
      float[] scores = logits[source];
      normalize(scores);
      settings.rules().apply(new Draft(text.text(), text.text().length, prompt, longest), scores);
      if (settings.rules().normalizes()) {
        normalize(scores);
      }
      for (int token = 0; token < scores.length; token++) {
        double score = text.score() + scores[token];
        if (score == Double.NEGATIVE_INFINITY) {
          continue;
        }
        if (best.size() < keep) {
          best.add(new Candidate(source, token, score));
        } else if (score > best.element().score()) {
          best.remove();
          best.add(new Candidate(source, token, score));
        }
      }
    }
    List<Candidate> sorted = new ArrayList<>(best);
    sorted.sort(WORST_FIRST.reversed());
    return sorted;
  }

  /** Makes logarithms of likelihoods of scores. */
  private static void normalize(float[] scores) {
    double normalizer = logSumExp(scores);
    for (int token = 0; token < scores.length; token++) {
      scores[token] = (float) (scores[token] - normalizer);
    }
  }

  private static double logSumExp(float[] scores) {
    double max = Double.NEGATIVE_INFINITY;
    for (float score : scores) {
      max = Math.max(max, score);
    }
    double sum = 0;
    for (float score : scores) {
      sum += Math.exp(score - max);
    }
    return max + Math.log(sum);
  }

  private void finish(int[] text, double score) {
    double penalized = penalized(text.length, score);
    int place = 0;
    while (place < finished.size() && finished.get(place).score() >= penalized) {
      place++;
    }
    finished.add(place, new Hypothesis(text, penalized));
    if (finished.size() > settings.beams()) {
      finished.remove(finished.size() - 1);
    }
  }

  private boolean isFull() {
    return finished.size() == settings.beams();
  }

  private boolean atOnce() {
    return settings.earlyStopping() == EarlyStopping.AT_ONCE;
  }

  private boolean canImprove() {
    Hypothesis best = running.get(0);
    boolean mayGrow =
        settings.earlyStopping() == EarlyStopping.WHEN_IMPOSSIBLE && settings.lengthPenalty() > 0;
    int length = mayGrow ? longest : best.text().length;
    return penalized(length, best.score()) > finished.get(finished.size() - 1).score();
  }

  /** The score of a text of this length, the prompt included. */
  private double penalized(int length, double score) {
    return score / Math.pow(length - prompt, settings.lengthPenalty());
  }

  @Override
  public int[] result() {
    // Without a result every text was forbidden to go on.
    if (finished.isEmpty()) {
      return new int[0];
    }
    int[] text = finished.get(0).text();
    return Arrays.copyOfRange(text, prompt, text.length);
  }
}
