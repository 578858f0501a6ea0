// From each post's first token to its logits: a dense layer, tanh or ReLU, and the output layer, with weights and all between in f32.

#define HEAD_POSTS 4
#define HEAD_THREADS 256

// `dense` is [HIDDEN in, HIDDEN out], `output` [labels, HIDDEN]; `out` is [posts, labels].
extern "C" __global__ void head(
    const bf16 *x, unsigned posts, const float *dense, const float *dense_bias, unsigned is_relu, const float *output,
    const float *output_bias, unsigned labels, float *out) {
    __shared__ float rows[HEAD_POSTS][HIDDEN];
    __shared__ float pooled[HEAD_POSTS][HIDDEN];
    unsigned first = blockIdx.x * HEAD_POSTS;
    for (unsigned i = threadIdx.x; i < HEAD_POSTS * HIDDEN; i += HEAD_THREADS) {
        unsigned post = first + i / HIDDEN;
        rows[i / HIDDEN][i % HIDDEN] = post < posts ? widen(x[(size_t)post * HIDDEN + i % HIDDEN]) : 0.0f;
    }
    __syncthreads();
    for (unsigned column = threadIdx.x; column < HIDDEN; column += HEAD_THREADS) {
        float sums[HEAD_POSTS];
        #pragma unroll
        for (int post = 0; post < HEAD_POSTS; post++) sums[post] = dense_bias[column];
        for (int i = 0; i < HIDDEN; i++) {
            float weight = dense[(size_t)i * HIDDEN + column];
            #pragma unroll
            for (int post = 0; post < HEAD_POSTS; post++) sums[post] += weight * rows[post][i];
        }
        #pragma unroll
        for (int post = 0; post < HEAD_POSTS; post++) {
            float sum = sums[post];
            // Written so that what is no number stays none.
            pooled[post][column] = is_relu ? (sum < 0.0f ? 0.0f : sum) : tanhf(sum);
        }
    }
    __syncthreads();
    unsigned lane = threadIdx.x % WARP;
    for (unsigned at = threadIdx.x / WARP; at < HEAD_POSTS * labels; at += HEAD_THREADS / WARP) {
        unsigned post = at / labels, label = at % labels;
        float sum = 0.0f;
        for (unsigned i = lane; i < HIDDEN; i += WARP) sum += output[(size_t)label * HIDDEN + i] * pooled[post][i];
        sum = warp_sum(sum);
        if (lane == 0 && first + post < posts) out[(size_t)(first + post) * labels + label] = sum + output_bias[label];
    }
}
