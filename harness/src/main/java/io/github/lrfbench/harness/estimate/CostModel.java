package io.github.lrfbench.harness.estimate;

import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.result.EstimateRow;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.shapes.ShapeDevice;
import io.github.lrfbench.harness.source.ModelOutline;
import io.github.lrfbench.harness.sweep.CallShape;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Estimates what a model takes before there is a device, or memory, for it: its shapes are put on a
 * {@link ShapeDevice}, and every operation of a call is timed by the roofline.
 */
public final class CostModel {
  private CostModel() {}

  /**
   * What was estimated.
   *
   * @param rows of models, break-even ranks and measured cells
   * @param leftOut why measured rows were not compared, and how many
   */
  public record Estimates(List<EstimateRow> rows, Map<String, Integer> leftOut) {}

  /**
   * Estimates.
   *
   * @param name a directory, a {@code config.json}, a known model or one that {@code directories}
   *     finds
   * @param directories where a model lies that is none of the others
   * @param measured rows that estimates are compared with, as far as they are of this model
   * @param notes is told what the user should know of the model's files
   * @throws io.github.lrfbench.kernels.InputException if there is no such model, or what is asked
   *     does not follow from shapes
   */
  public static Estimates of(
      String name,
      Function<String, Path> directories,
      Gpt2Options matrices,
      DeviceFigures figures,
      EstimateSettings settings,
      List<RunRow> measured,
      Notes notes) {
    List<ShapeCompression> compressions = settings.compressions();
    try (ShapeDevice device = new ShapeDevice();
        Model stored = open(name, directories, matrices, device, notes);
        Model dense = in(figures.precision().storage(), stored)) {
      Estimator estimator = new Estimator(name, dense, figures);
      CallShape shape = CallShape.of(settings.kind(), settings.seqLen(), dense.info());
      List<EstimateRow> rows = new ArrayList<>();
      for (ShapeCompression compression : compressions) {
        for (int batch : settings.batches()) {
          rows.add(estimator.row(compression, shape, batch).build());
        }
      }
      for (int batch : settings.batches()) {
        rows.addAll(estimator.breakEvens(settings.layers(), shape, batch));
      }
      MeasuredCells cells = new MeasuredCells(estimator);
      measured.forEach(cells::add);
      rows.addAll(cells.compared());
      return new Estimates(rows, cells.leftOut());
    }
  }

  private static Model in(DType dtype, Model model) {
    return dtype == DType.F32 ? model : model.copy(dtype);
  }

  private static Model open(
      String name,
      Function<String, Path> directories,
      Gpt2Options matrices,
      ShapeDevice device,
      Notes notes) {
    Path file = Path.of(name);
    Optional<KnownModel> known = KnownModel.of(name);
    if (!Files.exists(file) && known.isPresent()) {
      return known.get().open(matrices, device);
    }
    if (!Files.exists(file) && !name.contains(":")) {
      throw new InputException(
          "model '"
              + name
              + "': no such directory, and of the shapes that are known ("
              + KnownModel.labels()
              + ") it is none");
    }
    Path place = Files.isRegularFile(file) ? file : directories.apply(name);
    return ModelOutline.open(place, matrices, device, notes);
  }
}
