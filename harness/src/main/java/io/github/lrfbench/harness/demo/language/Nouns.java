package io.github.lrfbench.harness.demo.language;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** The nouns of {@code nouns.txt} and the relations between them. */
final class Nouns {
  private final List<Noun> all = new ArrayList<>();
  private final Map<String, Noun> bySingular = new HashMap<>();
  private final Map<Set<String>, List<Noun>> byRoots = new ConcurrentHashMap<>();
  private final Map<Set<String>, List<Noun>> byForeignRoots = new ConcurrentHashMap<>();
  private final Map<Noun, List<Noun>> children = new HashMap<>();
  private final Map<Integer, List<Noun>> senses = new HashMap<>();

  Nouns() {
    for (String[] row : LexiconFile.rows("nouns.txt", 2)) {
      Noun parent = bySingular.get(row[0]);
      for (String synonyms : LexiconFile.words(row[1])) {
        int sense = senses.size();
        String first = synonyms.split("[=:@]")[0];
        String root = parent == null ? first : parent.root();
        for (String member : synonyms.split("=")) {
          add(parse(member, sense, root, parent));
        }
      }
    }
    // A stable mix, so that frequent and rare words are spread over the taxonomy.
    all.sort(Comparator.comparing((Noun noun) -> new SplitMix64(0, noun.singular()).next()));
  }

  private static Noun parse(String member, int sense, String root, Noun parent) {
    String[] genderSplit = member.split("@");
    String[] forms = genderSplit[0].split(":");
    String plural = forms.length > 1 ? forms[1] : Inflection.withS(forms[0]);
    Gender gender = root.equals("person") ? Gender.EITHER : Gender.NEUTER;
    if (genderSplit.length > 1) {
      gender = genderSplit[1].equals("m") ? Gender.MASCULINE : Gender.FEMININE;
    }
    return new Noun(forms[0], plural, gender, sense, root, parent);
  }

  private void add(Noun noun) {
    all.add(noun);
    bySingular.put(noun.singular(), noun);
    senses.computeIfAbsent(noun.sense(), sense -> new ArrayList<>()).add(noun);
    if (noun.parent() != null) {
      children.computeIfAbsent(noun.parent(), parent -> new ArrayList<>()).add(noun);
    }
  }

  List<Noun> all() {
    return all;
  }

  /** The nouns whose root is one of {@code roots}. */
  List<Noun> of(Set<String> roots) {
    return byRoots.computeIfAbsent(
        roots, key -> all.stream().filter(noun -> key.contains(noun.root())).toList());
  }

  /** The nouns whose root is none of {@code roots}. */
  List<Noun> outside(Set<String> roots) {
    return byForeignRoots.computeIfAbsent(
        roots, key -> all.stream().filter(noun -> !key.contains(noun.root())).toList());
  }

  /** The other nouns of the same sense. */
  List<Noun> synonyms(Noun noun) {
    return senses.get(noun.sense()).stream().filter(other -> !other.equals(noun)).toList();
  }

  /** The noun directly above it; empty at the top of a tree. */
  List<Noun> hypernyms(Noun noun) {
    return noun.parent() == null ? List.of() : List.of(noun.parent());
  }

  /** The nouns directly below it or its synonyms. */
  List<Noun> hyponyms(Noun noun) {
    return senses.get(noun.sense()).stream()
        .map(synonym -> children.getOrDefault(synonym, List.of()))
        .flatMap(Collection::stream)
        .toList();
  }

  /** The nouns beside it in the taxonomy that name something else. */
  List<Noun> siblings(Noun noun) {
    return noun.parent() == null
        ? List.of()
        : children.get(noun.parent()).stream()
            .filter(other -> other.sense() != noun.sense())
            .toList();
  }

  /** The root names a cell stands for: "any" and "thing" are spelled out. */
  Set<String> expand(String cell) {
    Set<String> expanded = new LinkedHashSet<>();
    for (String name : LexiconFile.words(cell)) {
      switch (name) {
        case "any" -> expanded.addAll(roots());
        case "thing" ->
            roots().stream()
                .filter(root -> !root.equals("person") && !root.equals("animal"))
                .forEach(expanded::add);
        default -> expanded.add(name);
      }
    }
    return expanded;
  }

  private Set<String> roots() {
    return all.stream().map(Noun::root).collect(Collectors.toCollection(LinkedHashSet::new));
  }
}
