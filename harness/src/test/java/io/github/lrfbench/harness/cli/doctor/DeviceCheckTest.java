package io.github.lrfbench.harness.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceMonitor;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.DeviceProvider;
import io.github.lrfbench.kernels.DeviceProvider.Part;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.ops.Blas;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class DeviceCheckTest {
  private static final DeviceProvider CPU =
      Devices.providers().stream().filter(p -> p.kind().equals("cpu")).findFirst().orElseThrow();

  @Test
  void aDeviceThatComputesRightIsGood() {
    Finding finding = DeviceCheck.run(CPU, 0);
    assertFalse(finding.fault(), finding.detail());
    assertTrue(finding.detail().matches(".* GFLOP/s, error .* SVD .* ms, error .*"));
  }

  @Test
  void aDeviceThatComputesWrongIsAFault() {
    Finding finding = DeviceCheck.run(provider(true, DeviceCheckTest::withWrongProducts), 0);
    assertTrue(finding.fault(), finding.detail());
  }

  @Test
  void aDeviceThatDoesNotOpenIsAFault() {
    Finding finding =
        DeviceCheck.run(
            provider(
                true,
                device -> {
                  device.close();
                  throw new InputException("broken");
                }),
            0);
    assertTrue(finding.fault());
    assertTrue(finding.detail().endsWith("broken"));
  }

  @Test
  void aDeviceThatIsNotThereIsNoFault() {
    Finding finding = DeviceCheck.run(provider(false, UnaryOperator.identity()), 0);
    assertEquals(Finding.absent("device fake", "not usable: imagined"), finding);
  }

  @Test
  void whetherEnergyCanBeReadIsToldAndNoFault() {
    Finding none = DeviceCheck.energy(provider(true, device -> withMonitor(device, "")), 0);
    assertEquals(Finding.absent("energy fake", "not read: because"), none);
    Finding some = DeviceCheck.energy(provider(true, device -> withMonitor(device, "rapl")), 0);
    assertEquals(Finding.good("energy fake", "rapl: because"), some);
    Finding absent = DeviceCheck.energy(provider(false, UnaryOperator.identity()), 0);
    assertEquals(Finding.absent("energy fake", "not read: the device is not usable"), absent);
  }

  private static Device withMonitor(Device device, String source) {
    DeviceMonitor monitor =
        proxy(
            DeviceMonitor.class,
            (method, arguments) -> method.getName().equals("energySource") ? source : "because");
    return proxy(
        Device.class,
        (method, arguments) ->
            method.getName().equals("monitor") ? monitor : method.invoke(device, arguments));
  }

  @Test
  void partsThatAreMissingAreNamedAndNoFault() {
    DeviceProvider provider = provider(false, UnaryOperator.identity());
    assertEquals(
        Finding.absent("fake glue", "missing: libglue.so, buy some"),
        DeviceCheck.part(provider, new Part("glue", false, "libglue.so, buy some")));
    assertEquals(
        Finding.good("fake glue", "/lib/libglue.so"),
        DeviceCheck.part(provider, new Part("glue", true, "/lib/libglue.so")));
  }

  @Test
  void eachOfSeveralDevicesIsChecked() {
    List<Integer> opened = new ArrayList<>();
    DeviceProvider three =
        provider(
            List.of("a", "b", "c"),
            index -> {
              opened.add(index);
              throw new InputException("number " + index);
            });
    List<Finding> findings = DeviceCheck.all(three).stream().map(Supplier::get).toList();
    assertEquals(List.of(0, 0, 1, 1, 2, 2), opened);
    assertEquals(
        List.of(
            "device fake:0",
            "energy fake:0",
            "device fake:1",
            "energy fake:1",
            "device fake:2",
            "energy fake:2"),
        findings.stream().map(Finding::subject).toList());
    assertTrue(findings.get(2).detail().endsWith("number 1"), findings.get(2).detail());
    assertEquals(2, DeviceCheck.all(provider(List.of("one"), index -> null)).size());
  }

  private static DeviceProvider provider(boolean available, UnaryOperator<Device> change) {
    return provider(
        available ? List.of("imagined") : List.of(),
        index -> change.apply(CPU.open(index, DeviceOptions.DEFAULT)));
  }

  private static DeviceProvider provider(List<String> names, IntFunction<Device> open) {
    return new DeviceProvider() {
      @Override
      public List<String> names() {
        return names;
      }

      @Override
      public String kind() {
        return "fake";
      }

      @Override
      public int rank() {
        return -1;
      }

      @Override
      public Availability availability() {
        return new Availability(!names.isEmpty(), "imagined");
      }

      @Override
      public Device open(int index, DeviceOptions options) {
        return open.apply(index);
      }
    };
  }

  /** The device with every product half as large again as it should be. */
  private static Device withWrongProducts(Device device) {
    Blas wrong =
        proxy(
            Blas.class,
            (method, arguments) -> {
              Object result = method.invoke(device.blas(), arguments);
              if (method.getName().equals("gemm")) {
                Matrix product = (Matrix) arguments[6];
                double[] factors = new double[product.rows()];
                Arrays.fill(factors, 1.5);
                device.blas().scaleRows(product, factors);
              }
              return result;
            });
    return proxy(
        Device.class,
        (method, arguments) ->
            method.getName().equals("blas") ? wrong : method.invoke(device, arguments));
  }

  private interface Handler {
    Object invoke(Method method, Object[] arguments) throws Throwable;
  }

  private static <T> T proxy(Class<T> type, Handler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> handler.invoke(method, arguments)));
  }
}
