// GELU by the error function, as the models were trained with (Hendrycks and Gimpel 2016); not the tanh form that cuBLASLt has as an epilogue.

// Rows that a thread works on, eight columns of each: so many reads of 16 bytes are under way at once.
#define GELU_ROWS 8
#define GELU_THREADS 64

static __device__ inline float gelu(float x) { return 0.5f * x * (1.0f + erff(x * 0.70710678118654752f)); }

static __device__ inline unsigned gelu_pair(unsigned pair, const float *scale, const float *bias) {
    return narrow_pair(gelu(first_of(pair) * scale[0] + bias[0]), gelu(second_of(pair) * scale[1] + bias[1]));
}

// gelu(finished x), in the place of x; `width` is a multiple of 8.
extern "C" __global__ void finish_gelu(uint4 *x, const float *scale, const float *bias, unsigned rows, unsigned width) {
    unsigned columns = width / 8;
    unsigned column = blockIdx.y * GELU_THREADS + threadIdx.x;
    if (column >= columns) return;
    float s[8], b[8];
    #pragma unroll
    for (int i = 0; i < 8; i++) {
        s[i] = scale[column * 8 + i];
        b[i] = bias[column * 8 + i];
    }
    #pragma unroll
    for (int i = 0; i < GELU_ROWS; i++) {
        unsigned row = blockIdx.x * GELU_ROWS + i;
        if (row < rows) {
            uint4 *at = x + (size_t)row * columns + column;
            uint4 value = *at;
            value.x = gelu_pair(value.x, s, b);
            value.y = gelu_pair(value.y, s + 2, b + 2);
            value.z = gelu_pair(value.z, s + 4, b + 4);
            value.w = gelu_pair(value.w, s + 6, b + 6);
            *at = value;
        }
    }
}
