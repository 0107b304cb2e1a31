package io.github.lrfbench.harness.config;

import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.TextFile;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A sweep as a YAML file: a mapping from keys to scalars or lists of scalars. The key {@code grids}
 * holds a list of such mappings, each of which is a grid of its own over what stands outside; a
 * grid of single values is one cell. What the other keys mean is not known here.
 *
 * @param path where it was read
 * @param text what is in it
 * @param shared what stands outside of the grids
 * @param grids what each grid sets beside or instead of that; one that is empty if there is no key
 *     {@code grids}
 */
public record SweepFile(Path path, String text, List<Setting> shared, List<List<Setting>> grids) {
  /** The key, outside of grids, that names the command whose options the others are. */
  public static final String COMMAND = "command";

  private static final String GRIDS = "grids";

  /** More than a list in a grid in a list in the file, so that smaller mistakes are told better. */
  private static final int DEEPEST = 16;

  /** Copies the lists. */
  public SweepFile {
    shared = List.copyOf(shared);
    grids = grids.stream().map(List::copyOf).toList();
  }

  /**
   * Reads a file.
   *
   * @throws InputException if it is missing or no YAML of this form; the message has the line
   */
  public static SweepFile read(Path path) {
    Node root;
    String text = TextFile.read(path);
    try {
      LoadSettings settings = LoadSettings.builder().setLabel(path.toString()).build();
      requireFlat(path, new Parse(settings).parseString(text));
      root = new Compose(settings).composeString(text).orElse(null);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
      throw at(path, line, "is no valid YAML: " + e.getProblem());
    } catch (YamlEngineException e) {
      throw Faults.of(path, "is no valid YAML: " + e.getMessage());
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      // The parser's own faults, as at an escape without its digits.
      throw Faults.of(path, "is no valid YAML");
    }
    if (root == null) {
      throw Faults.of(path, "is empty; a sweep sets at least one key");
    }
    return new Reading(path, text).file(root);
  }

  /** A grid's settings: its own, and those shared, but the command, that it does not set itself. */
  public List<Setting> settings(int grid) {
    Map<String, Setting> merged = new LinkedHashMap<>();
    shared.forEach(setting -> merged.put(setting.key(), setting));
    merged.remove(COMMAND);
    grids.get(grid).forEach(setting -> merged.put(setting.key(), setting));
    return List.copyOf(merged.values());
  }

  /** The value of {@link #COMMAND}, which a sweep does without. */
  public Optional<Setting> command() {
    return shared.stream().filter(setting -> setting.key().equals(COMMAND)).findFirst();
  }

  /** A complaint about a line of the file. */
  public InputException fault(int line, String message) {
    return at(path, line, message);
  }

  /** Looked at first, event by event, since a tree is built by recursion. */
  private static void requireFlat(Path path, Iterable<Event> events) {
    int depth = 0;
    for (Event event : events) {
      if (event instanceof CollectionStartEvent start && ++depth > DEEPEST) {
        int line = start.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
        throw at(path, line, "is nested deeper than any sweep");
      } else if (event instanceof CollectionEndEvent) {
        depth--;
      }
    }
  }

  private static InputException at(Path path, int line, String message) {
    return Faults.of(path, "line " + line + ": " + message);
  }

  private record Reading(Path path, String text) {
    SweepFile file(Node root) {
      List<Setting> shared = new ArrayList<>();
      List<List<Setting>> grids = new ArrayList<>();
      for (NodeTuple tuple : tuples(root, "the file")) {
        if (key(tuple).equals(GRIDS)) {
          if (!grids.isEmpty()) {
            throw at(path, line(tuple.getKeyNode()), Faults.quote(GRIDS) + " is set before");
          }
          for (Node grid : list(tuple.getValueNode())) {
            List<Setting> settings = new ArrayList<>();
            tuples(grid, "a grid").forEach(inner -> settings.add(setting(inner, settings)));
            grids.add(settings);
          }
        } else {
          shared.add(setting(tuple, shared));
        }
      }
      return new SweepFile(path, text, shared, grids.isEmpty() ? List.of(List.of()) : grids);
    }

    private List<NodeTuple> tuples(Node node, String what) {
      if (node instanceof MappingNode mapping) {
        return mapping.getValue();
      }
      throw at(path, line(node), what + " must be a mapping of keys to values");
    }

    private List<Node> list(Node node) {
      if (node instanceof SequenceNode sequence && !sequence.getValue().isEmpty()) {
        return sequence.getValue();
      }
      throw at(path, line(node), GRIDS + " must be a list of mappings, one for each grid");
    }

    private String key(NodeTuple tuple) {
      if (tuple.getKeyNode() instanceof ScalarNode scalar) {
        return scalar.getValue();
      }
      throw at(path, line(tuple.getKeyNode()), "a key must be a word");
    }

    private Setting setting(NodeTuple tuple, List<Setting> before) {
      String key = key(tuple);
      int line = line(tuple.getKeyNode());
      for (Setting other : before) {
        if (other.key().equals(key)) {
          throw at(path, line, Faults.quote(key) + " is set before, in line " + other.line());
        }
      }
      List<String> values = new ArrayList<>();
      if (tuple.getValueNode() instanceof SequenceNode sequence) {
        sequence.getValue().forEach(item -> values.add(scalar(key, item)));
      } else {
        values.add(scalar(key, tuple.getValueNode()));
      }
      if (values.isEmpty()) {
        throw at(path, line, Faults.quote(key) + " is an empty list");
      }
      return new Setting(key, values, line);
    }

    private String scalar(String key, Node node) {
      if (node instanceof ScalarNode scalar) {
        if (scalar.getValue().isBlank()) {
          throw at(path, line(node), Faults.quote(key) + " has no value");
        }
        return scalar.getValue();
      }
      throw at(path, line(node), Faults.quote(key) + " must be a value or a list of values");
    }

    private static int line(Node node) {
      return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    }
  }
}
