// What every kernel starts with: element types, conversions, vector access, reductions and the
// few instructions that CUDA C++ has no words for. Put before each .cu file by KernelSource; needs
// no header, because images that only run CUDA programs carry none.
//
// Given from outside: ELEMENT, one of float, double, half, bf16: the type of the matrices.

struct half {
  unsigned short bits;
};

struct bf16 {
  unsigned short bits;
};

// Instructions: one to an asm statement, as the tests' emulator of CUDA wants it.

__device__ __forceinline__ float half_to_float(unsigned short bits) {
  float x;
  asm("cvt.f32.f16 %0, %1;" : "=f"(x) : "h"(bits));
  return x;
}

__device__ __forceinline__ unsigned short float_to_half(float x) {
  unsigned short bits;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(x));
  return bits;
}

// 2 to the x, to two units in the last place.
__device__ __forceinline__ float power_of_two(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

#if __CUDA_ARCH__ >= 800
// d += a b, [16, 16] by [16, 8]; all lanes of a warp hold a part.
__device__ __forceinline__ void mma_16x8x16_f16(
    float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

__device__ __forceinline__ void mma_16x8x16_bf16(
    float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
#elif __CUDA_ARCH__ >= 750
__device__ __forceinline__ void mma_16x8x8_f16(
    float (&d)[4], unsigned a0, unsigned a1, unsigned b) {
  asm("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 "
      "{%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a0), "r"(a1), "r"(b));
}

// Two halves of the depth: the fragments of the wide instruction are those of the narrow one.
__device__ __forceinline__ void mma_16x8x16_f16(
    float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  mma_16x8x8_f16(d, a[0], a[1], b[0]);
  mma_16x8x8_f16(d, a[2], a[3], b[1]);
}
#endif

#if __CUDA_ARCH__ >= 750
__device__ __forceinline__ unsigned shared_address(const void* shared) {
  return (unsigned)__cvta_generic_to_shared(shared);
}

__device__ __forceinline__ void ldmatrix_x4(unsigned (&r)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(shared_address(row))
               : "memory");
}

__device__ __forceinline__ void ldmatrix_x4_trans(unsigned (&r)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(shared_address(row))
               : "memory");
}
#endif

#if __CUDA_ARCH__ >= 800
// Copies 16 bytes past the registers; zeros where the source does not count.
__device__ __forceinline__ void cp_async_16(void* shared, const void* global, bool valid) {
  int bytes = valid ? 16 : 0;
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;"
               :
               : "r"(shared_address(shared)), "l"(global), "r"(bytes)
               : "memory");
}

__device__ __forceinline__ void cp_async_commit() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}

template <int N>
__device__ __forceinline__ void cp_async_wait() {
  asm volatile("cp.async.wait_group %0;" : : "n"(N) : "memory");
}
#else
// Without the asynchronous copy the data are there when the call returns.
__device__ __forceinline__ void cp_async_16(void* shared, const void* global, bool valid) {
  *(uint4*)shared = valid ? *(const uint4*)global : make_uint4(0, 0, 0, 0);
}

__device__ __forceinline__ void cp_async_commit() {}

template <int N>
__device__ __forceinline__ void cp_async_wait() {}
#endif

// Conversions. Sums are kept in double for double and in float for all others.

template <class T>
struct accumulator {
  typedef float type;
};

template <>
struct accumulator<double> {
  typedef double type;
};

typedef ELEMENT elem;
typedef accumulator<elem>::type acc;

__device__ __forceinline__ float widen(float x) { return x; }

__device__ __forceinline__ double widen(double x) { return x; }

__device__ __forceinline__ float widen(half x) { return half_to_float(x.bits); }

__device__ __forceinline__ float widen(bf16 x) {
  return __uint_as_float((unsigned)x.bits << 16);
}

// Round to nearest, ties to even; NaN stays NaN.
__device__ __forceinline__ unsigned short float_to_bf16(float x) {
#if __CUDA_ARCH__ >= 800
  unsigned short bits;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(bits) : "f"(x));
  return bits;
#else
  unsigned u = __float_as_uint(x);
  return x != x ? 0x7fff : (unsigned short)((u + 0x7fff + ((u >> 16) & 1)) >> 16);
#endif
}

template <class T>
struct narrowing;

template <>
struct narrowing<float> {
  static __device__ __forceinline__ float of(double x) { return (float)x; }
  static __device__ __forceinline__ float of(float x) { return x; }
};

template <>
struct narrowing<double> {
  static __device__ __forceinline__ double of(double x) { return x; }
};

template <>
struct narrowing<half> {
  static __device__ __forceinline__ half of(float x) { return half{float_to_half(x)}; }
};

template <>
struct narrowing<bf16> {
  static __device__ __forceinline__ bf16 of(float x) { return bf16{float_to_bf16(x)}; }
};

template <class T, class A>
__device__ __forceinline__ T narrow(A x) {
  return narrowing<T>::of(x);
}

// Two values as the halves of a register, the first in the lower one.
template <class T>
__device__ __forceinline__ unsigned pack(float low, float high) {
  return narrow<T>(low).bits | (unsigned)narrow<T>(high).bits << 16;
}

// Vectors: N elements at once, in one access where they fill 4, 8 or 16 bytes.

template <int BYTES>
struct word {
  typedef uint4 type;
};

template <>
struct word<8> {
  typedef uint2 type;
};

template <>
struct word<4> {
  typedef unsigned type;
};

template <>
struct word<2> {
  typedef unsigned short type;
};

template <class T, int N>
union vector {
  static constexpr int BYTES = N * sizeof(T) < 16 ? N * sizeof(T) : 16;
  typedef typename word<BYTES>::type access;
  static constexpr int ACCESSES = N * sizeof(T) / BYTES;
  access raw[ACCESSES];
  T at[N];
};

template <class T, int N, class A>
__device__ __forceinline__ void load(const T* source, A (&x)[N]) {
  vector<T, N> v;
#pragma unroll
  for (int i = 0; i < v.ACCESSES; i++) {
    v.raw[i] = ((const typename vector<T, N>::access*)source)[i];
  }
#pragma unroll
  for (int i = 0; i < N; i++) {
    x[i] = widen(v.at[i]);
  }
}

template <class T, int N, class A>
__device__ __forceinline__ void store(T* target, const A (&x)[N]) {
  vector<T, N> v;
#pragma unroll
  for (int i = 0; i < N; i++) {
    v.at[i] = narrow<T>(x[i]);
  }
#pragma unroll
  for (int i = 0; i < v.ACCESSES; i++) {
    ((typename vector<T, N>::access*)target)[i] = v.raw[i];
  }
}

// Finds the VECTOR elements of a matrix that belong to this thread, neighbours side by side; false
// if there are none left.
template <int N>
__device__ __forceinline__ bool find_elements(int rows, int cols, unsigned& row, unsigned& col) {
  unsigned width = cols / N;
  unsigned long long i = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= (unsigned long long)rows * width) {
    return false;
  }
  row = i / width;
  col = (i - (unsigned long long)row * width) * N;
  return true;
}

// Reductions. Every thread of the warp or block takes part and gets the result.

template <class A>
__device__ __forceinline__ A larger(A x, A y) {
  return x < y ? y : x;
}

template <int WIDTH, class A>
__device__ __forceinline__ A lanes_sum(A x) {
#pragma unroll
  for (int d = WIDTH / 2; d > 0; d /= 2) {
    x += __shfl_xor_sync(0xffffffffu, x, d);
  }
  return x;
}

template <int WIDTH, class A>
__device__ __forceinline__ A lanes_max(A x) {
#pragma unroll
  for (int d = WIDTH / 2; d > 0; d /= 2) {
    x = larger(x, __shfl_xor_sync(0xffffffffu, x, d));
  }
  return x;
}

// Over a block of whole warps in one dimension; scratch has room for one value of each warp, and
// each call needs its own.
template <class A>
__device__ __forceinline__ A block_sum(A x, A* scratch) {
  x = lanes_sum<32>(x);
  if (blockDim.x == 32) {
    return x;
  }
  if (threadIdx.x % 32 == 0) {
    scratch[threadIdx.x / 32] = x;
  }
  __syncthreads();
  return lanes_sum<32>(threadIdx.x % 32 < blockDim.x / 32 ? scratch[threadIdx.x % 32] : A(0));
}

template <class A>
__device__ __forceinline__ A block_max(A x, A* scratch) {
  x = lanes_max<32>(x);
  if (blockDim.x == 32) {
    return x;
  }
  if (threadIdx.x % 32 == 0) {
    scratch[threadIdx.x / 32] = x;
  }
  __syncthreads();
  return lanes_max<32>(scratch[threadIdx.x % (blockDim.x / 32)]);
}

// Functions in the precision of their argument.

__device__ __forceinline__ float exponential(float x) { return __expf(x); }

__device__ __forceinline__ double exponential(double x) { return exp(x); }

__device__ __forceinline__ float full_exponential(float x) { return expf(x); }

__device__ __forceinline__ double full_exponential(double x) { return exp(x); }

__device__ __forceinline__ float logarithm(float x) { return logf(x); }

__device__ __forceinline__ double logarithm(double x) { return log(x); }

__device__ __forceinline__ float error_function(float x) { return erff(x); }

__device__ __forceinline__ double error_function(double x) { return erf(x); }

__device__ __forceinline__ float hyperbolic_tangent(float x) { return tanhf(x); }

__device__ __forceinline__ double hyperbolic_tangent(double x) { return tanh(x); }

__device__ __forceinline__ float square_root(float x) { return sqrtf(x); }

__device__ __forceinline__ double square_root(double x) { return sqrt(x); }

__device__ __forceinline__ float not_a_number(float) { return __uint_as_float(0x7fffffffu); }

__device__ __forceinline__ double not_a_number(double) {
  return (double)not_a_number(0.0f);
}

__device__ __forceinline__ float negative_infinity(float) {
  return __uint_as_float(0xff800000u);
}

__device__ __forceinline__ double negative_infinity(double) {
  return (double)negative_infinity(0.0f);
}

// Activations, numbered as in ops.Activation; those that need a tail near zero keep it, those
// of NaN are NaN.
#define NONE 0
#define GELU 1
#define GELU_TANH 2
#define RELU 3
#define TANH 4

template <int ACTIVATE, class A>
__device__ __forceinline__ A activate(A x) {
  if (ACTIVATE == GELU) {
    return A(0.5) * x * (A(1) + error_function(x * A(0.70710678118654752)));
  }
  if (ACTIVATE == GELU_TANH) {
    A cubic = x * (A(1) + A(0.044715) * x * x);
    return A(0.5) * x * (A(1) + hyperbolic_tangent(A(0.79788456080286536) * cubic));
  }
  if (ACTIVATE == RELU) {
    return x < A(0) ? A(0) : x;
  }
  if (ACTIVATE == TANH) {
    return hyperbolic_tangent(x);
  }
  return x;
}

// The derivative.
template <int ACTIVATE, class A>
__device__ __forceinline__ A activation_slope(A x) {
  if (ACTIVATE == GELU) {
    A density = A(0.39894228040143268) * full_exponential(A(-0.5) * x * x);
    A tail = A(0.5) * (A(1) + error_function(x * A(0.70710678118654752)));
    // Far from zero the density vanishes faster than x grows, even to infinity.
    return density == A(0) ? tail : tail + x * density;
  }
  if (ACTIVATE == GELU_TANH) {
    A t = hyperbolic_tangent(A(0.79788456080286536) * x * (A(1) + A(0.044715) * x * x));
    A inner = A(0.79788456080286536) * (A(1) + A(3 * 0.044715) * x * x);
    A flat = A(1) - t * t;
    return flat == A(0) ? A(0.5) * (A(1) + t) : A(0.5) * (A(1) + t + x * flat * inner);
  }
  if (ACTIVATE == RELU) {
    return x != x ? x : x > A(0) ? A(1) : A(0);
  }
  if (ACTIVATE == TANH) {
    A t = hyperbolic_tangent(x);
    return A(1) - t * t;
  }
  return A(1);
}
