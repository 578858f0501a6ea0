// Kernels of one warp a row: embedding, LayerNorm, and the first row of each post.

// LayerNorm (Ba et al. 2016) of the row that a warp holds; mean first, then variance, both in f32.
static __device__ inline void write_normalised(
    float (&x)[PAIRS_A_LANE][2], int lane, const float *gain, const float *shift, float epsilon, unsigned *out) {
    float sum = 0.0f;
    #pragma unroll
    for (int i = 0; i < PAIRS_A_LANE; i++)
        if (lane + i * WARP < PAIRS) sum += x[i][0] + x[i][1];
    float mean = warp_sum(sum) / HIDDEN;
    float squares = 0.0f;
    #pragma unroll
    for (int i = 0; i < PAIRS_A_LANE; i++) {
        float a = x[i][0] - mean, b = x[i][1] - mean;
        if (lane + i * WARP < PAIRS) squares += a * a + b * b;
    }
    float inverse = 1.0f / sqrtf(warp_sum(squares) / HIDDEN + epsilon);
    #pragma unroll
    for (int i = 0; i < PAIRS_A_LANE; i++) {
        int pair = lane + i * WARP;
        if (pair < PAIRS) {
            float a = (x[i][0] - mean) * inverse * gain[2 * pair] + shift[2 * pair];
            float b = (x[i][1] - mean) * inverse * gain[2 * pair + 1] + shift[2 * pair + 1];
            out[pair] = narrow_pair(a, b);
        }
    }
}

// The sum of a token's word and position, normalised. `places` are rows of `positions`, to which the token type is added already.
extern "C" __global__ void embed(
    const unsigned *ids, const unsigned *places, unsigned rows, const float *words, const float *positions, const float *gain,
    const float *shift, float epsilon, unsigned *out) {
    unsigned row = blockIdx.x * ROWS_A_BLOCK + threadIdx.x / WARP;
    int lane = threadIdx.x % WARP;
    if (row >= rows) return;
    const float *word = words + (size_t)ids[row] * HIDDEN;
    const float *position = positions + (size_t)places[row] * HIDDEN;
    float x[PAIRS_A_LANE][2];
    #pragma unroll
    for (int i = 0; i < PAIRS_A_LANE; i++) {
        int pair = lane + i * WARP;
        bool is_there = pair < PAIRS;
        x[i][0] = is_there ? word[2 * pair] + position[2 * pair] : 0.0f;
        x[i][1] = is_there ? word[2 * pair + 1] + position[2 * pair + 1] : 0.0f;
    }
    write_normalised(x, lane, gain, shift, epsilon, out + (size_t)row * PAIRS);
}

// norm(finished x + residual), in the place of x.
extern "C" __global__ void add_norm(
    unsigned *x, const float *scale, const float *bias, const unsigned *residual, unsigned rows, const float *gain, const float *shift,
    float epsilon) {
    unsigned row = blockIdx.x * ROWS_A_BLOCK + threadIdx.x / WARP;
    int lane = threadIdx.x % WARP;
    if (row >= rows) return;
    unsigned *own = x + (size_t)row * PAIRS;
    const unsigned *before = residual + (size_t)row * PAIRS;
    float sum[PAIRS_A_LANE][2];
    #pragma unroll
    for (int i = 0; i < PAIRS_A_LANE; i++) {
        int pair = lane + i * WARP;
        bool is_there = pair < PAIRS;
        unsigned product = is_there ? own[pair] : 0u, rest = is_there ? before[pair] : 0u;
        int at = is_there ? 2 * pair : 0;
        sum[i][0] = first_of(product) * scale[at] + bias[at] + first_of(rest);
        sum[i][1] = second_of(product) * scale[at + 1] + bias[at + 1] + second_of(rest);
    }
    write_normalised(sum, lane, gain, shift, epsilon, own);
}

// The first row of each post. A post is (first row, length, 0, its number).
extern "C" __global__ void first_rows(const unsigned *x, const uint4 *posts, unsigned count, unsigned *out) {
    unsigned row = blockIdx.x * ROWS_A_BLOCK + threadIdx.x / WARP;
    int lane = threadIdx.x % WARP;
    if (row >= count) return;
    const unsigned *from = x + (size_t)posts[row].x * PAIRS;
    for (int pair = lane; pair < PAIRS; pair += WARP) out[(size_t)row * PAIRS + pair] = from[pair];
}
