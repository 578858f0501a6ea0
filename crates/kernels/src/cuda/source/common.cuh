// What all kernels share. NVRTC compiles these files as one program and knows no headers; HIDDEN, HEADS, HEAD_DIM are given with -D, so that loops
// over a row unroll and rows stay in registers. The same text runs on a processor under scripts/cuda_emulate.
//
// A `bf16` is the upper half of an f32. Numbers lie in memory as bf16 and are worked on in f32. A product that comes out of a matrix
// multiplication is not finished: `scale` (of the weights' rows) and `bias` are still to be applied, which whoever reads it does in f32.

typedef unsigned short bf16;

static __device__ inline float widen(bf16 value) { return __uint_as_float((unsigned)value << 16); }

// Two neighbours in one word, the first in its lower half.
static __device__ inline float first_of(unsigned pair) { return __uint_as_float(pair << 16); }
static __device__ inline float second_of(unsigned pair) { return __uint_as_float(pair & 0xffff0000u); }

// Round to nearest, ties to even. What is no number stays none.
static __device__ inline unsigned narrow(float value) {
    unsigned bits = __float_as_uint(value);
    if ((bits & 0x7fffffffu) > 0x7f800000u) return 0x7fffu;
    return (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
}

static __device__ inline unsigned narrow_pair(float first, float second) { return narrow(first) | (narrow(second) << 16); }

// The sum over a warp, in every lane, by the same tree every time.
static __device__ inline float warp_sum(float value) {
    for (int offset = 16; offset > 0; offset /= 2) value += __shfl_xor_sync(0xffffffffu, value, offset);
    return value;
}

#define WARP 32
// Rows that a block of `one warp, one row` kernels works on.
#define ROWS_A_BLOCK 4
// A lane holds every 32nd pair of a row.
#define PAIRS (HIDDEN / 2)
#define PAIRS_A_LANE ((PAIRS + WARP - 1) / WARP)

#define MINUS_INFINITY __uint_as_float(0xff800000u)
