// One step of Adam with decoupled weight decay (Loshchilov and Hutter 2019).
//
// parameter, gradient, mean, square [size]. rate is the learning rate divided by 1 - beta1^step,
// correction the root of 1 - beta2^step, shrink is 1 - learning rate * weight decay.
// Grid: enough blocks of any size for size threads. Shared memory: none.

#include "prelude.cuh"

extern "C" __global__ void adamw(
    elem* parameter, const elem* gradient, elem* mean, elem* square, long long size,
    double gradient_scale, double beta1, double beta2, double epsilon, double rate,
    double correction, double shrink) {
  long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= size) {
    return;
  }
  acc g = acc(gradient_scale) * widen(gradient[i]);
  acc m = acc(beta1) * widen(mean[i]) + acc(1 - beta1) * g;
  acc v = acc(beta2) * widen(square[i]) + acc(1 - beta2) * g * g;
  acc root = square_root(v) / acc(correction) + acc(epsilon);
  parameter[i] = narrow<elem>(acc(shrink) * widen(parameter[i]) - acc(rate) * m / root);
  mean[i] = narrow<elem>(m);
  square[i] = narrow<elem>(v);
}
