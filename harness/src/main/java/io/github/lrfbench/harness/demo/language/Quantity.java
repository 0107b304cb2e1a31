package io.github.lrfbench.harness.demo.language;

import java.util.List;

/**
 * A determiner as a generalized quantifier: how many of the things its noun names (the restrictor)
 * do what the verb phrase says (the scope).
 *
 * @param number what it counts to; 0 where it does not count
 */
record Quantity(Kind kind, int number) {
  /** The quantifier, and whether it is upward (1), downward (-1) or not monotone (0). */
  enum Kind {
    THE(false, 1, 1),
    A(false, 1, 1),
    EVERY(false, -1, 1),
    ALL(true, -1, 1),
    MOST(true, 0, 1),
    NO(true, -1, -1),
    AT_LEAST(true, 1, 1),
    AT_MOST(true, -1, -1),
    EXACTLY(true, 0, 0);

    private final boolean plural;
    private final int restrictor;
    private final int scope;

    Kind(boolean plural, int restrictor, int scope) {
      this.plural = plural;
      this.restrictor = restrictor;
      this.scope = scope;
    }
  }

  private static final List<String> NUMERALS =
      List.of("zero", "one", "two", "three", "four", "five", "six", "seven", "eight");

  static Quantity of(Kind kind) {
    return new Quantity(kind, 0);
  }

  /** Any quantifier; numbers run from two to seven. */
  static Quantity next(SplitMix64 random) {
    Kind kind = random.any(Kind.values());
    boolean counts = kind == Kind.AT_LEAST || kind == Kind.AT_MOST || kind == Kind.EXACTLY;
    return new Quantity(kind, counts ? 2 + random.below(6) : 0);
  }

  boolean plural() {
    return kind.plural;
  }

  int restrictor() {
    return kind.restrictor;
  }

  int scope() {
    return kind.scope;
  }

  /** Whether it speaks of single, known things, so that voice and roles can change freely. */
  boolean isSingular() {
    return kind == Kind.THE || kind == Kind.A;
  }

  /** Whether a sentence with this quantifier entails the same sentence with the other one. */
  boolean implies(Quantity other) {
    if (equals(other)) {
      return true;
    }
    boolean exists = other.kind == Kind.A;
    return switch (kind) {
      case EVERY, ALL ->
          exists || other.kind == Kind.EVERY || other.kind == Kind.ALL || other.kind == Kind.MOST;
      case THE, MOST, A -> exists;
      case AT_LEAST -> exists || isLower(other);
      case EXACTLY -> exists || isLower(other) || isHigher(other);
      case AT_MOST -> isHigher(other);
      case NO -> other.kind == Kind.AT_MOST;
    };
  }

  private boolean isLower(Quantity bound) {
    return bound.kind == Kind.AT_LEAST && bound.number <= number;
  }

  private boolean isHigher(Quantity bound) {
    return bound.kind == Kind.AT_MOST && bound.number >= number;
  }

  /** The determiner as written. */
  String text() {
    return switch (kind) {
      case THE -> "the";
      case A -> "a";
      case EVERY -> "every";
      case ALL -> "all";
      case MOST -> "most";
      case NO -> "no";
      case AT_LEAST -> "at least " + NUMERALS.get(number);
      case AT_MOST -> "at most " + NUMERALS.get(number);
      case EXACTLY -> NUMERALS.get(number);
    };
  }
}
