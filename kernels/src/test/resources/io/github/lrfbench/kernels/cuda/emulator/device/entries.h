// The entry of a kernel: how to call it with an array of pointers to its parameters.
#pragma once
#include "../shared/kernel_entry.h"

namespace emulator {

template <unsigned... I>
struct Indices {};

template <class F, F* kernel>
struct Entry;

template <class... P, void (*kernel)(P...)>
struct Entry<void(P...), kernel> {
  static constexpr unsigned count = sizeof...(P);
  static constexpr unsigned sizes[sizeof...(P) + 1] = {sizeof(P)..., 0};

  template <unsigned... I>
  __attribute__((no_sanitize("thread"))) static void call(void** parameters, Indices<I...>) {
    kernel(*static_cast<P*>(parameters[I])...);
  }

  __attribute__((no_sanitize("thread"))) static void run(void** parameters) {
    call(parameters, Indices<__integer_pack(count)...>());
  }
};

template <class F, F* kernel>
constexpr KernelEntry entry(const char* name, unsigned max_threads) {
  using E = Entry<F, kernel>;
  return {name, &E::run, E::count, E::sizes, max_threads};
}

}  // namespace emulator
