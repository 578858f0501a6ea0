// Scaled dot-product attention (Vaswani et al. 2017) of packed posts, softmax as it goes (Milakov and Gimelshein 2018), all in f32.
//
// A warp works on up to 32 queries of one head of one post, a query a lane. Keys and values of 32 tokens at a time lie in shared memory, from where
// all lanes read the same one. A query meets its keys in order, so what comes out depends on its post alone.

#define TILE 32
#define KEYS_AT_ONCE 8
#define ATTENTION_WARPS (HEAD_DIM <= 32 ? 4 : HEAD_DIM <= 64 ? 2 : 1)

// Eight neighbours, finished.
static __device__ inline void finished(const bf16 *from, const float *scale, const float *bias, float *to) {
    uint4 words = *(const uint4 *)from;
    const float4 *s = (const float4 *)scale, *b = (const float4 *)bias;
    float4 s0 = s[0], s1 = s[1], b0 = b[0], b1 = b[1];
    to[0] = first_of(words.x) * s0.x + b0.x;
    to[1] = second_of(words.x) * s0.y + b0.y;
    to[2] = first_of(words.y) * s0.z + b0.z;
    to[3] = second_of(words.y) * s0.w + b0.w;
    to[4] = first_of(words.z) * s1.x + b1.x;
    to[5] = second_of(words.z) * s1.y + b1.y;
    to[6] = first_of(words.w) * s1.z + b1.z;
    to[7] = second_of(words.w) * s1.w + b1.w;
}

// `qkv` is [tokens, 3 * HIDDEN]. A tile is (first row of its post, length of it, first query, row of `out` for that query); it has `most`
// queries or as many as are left of the post. Block x takes ATTENTION_WARPS tiles, block y a head.
extern "C" __global__ void attention(
    const bf16 *qkv, const float *scale, const float *bias, const uint4 *tiles, unsigned count, unsigned most, bf16 *out) {
    __shared__ float4 shared_keys[ATTENTION_WARPS][TILE * HEAD_DIM / 4];
    __shared__ float4 shared_values[ATTENTION_WARPS][TILE * HEAD_DIM / 4];
    int warp = threadIdx.x / WARP, lane = threadIdx.x % WARP;
    unsigned index = blockIdx.x * ATTENTION_WARPS + warp;
    // A warp leaves as one; the others wait for none of it.
    if (index >= count) return;
    float *keys = (float *)shared_keys[warp], *values = (float *)shared_values[warp];
    uint4 tile = tiles[index];
    unsigned length = tile.y, left = tile.y - tile.z;
    unsigned queries = left < most ? left : most;
    int column = blockIdx.y * HEAD_DIM;
    const bf16 *post = qkv + (size_t)tile.x * (3 * HIDDEN);

    // A lane without a query works on the first one and writes nothing.
    unsigned own = tile.z + (lane < queries ? lane : 0);
    float q[HEAD_DIM], o[HEAD_DIM];
    #pragma unroll
    for (int i = 0; i < HEAD_DIM; i += 8)
        finished(post + (size_t)own * (3 * HIDDEN) + column + i, scale + column + i, bias + column + i, q + i);
    // Powers of two are cheaper than those of e.
    const float to_base_two = 1.44269504088896341f / sqrtf((float)HEAD_DIM);
    #pragma unroll
    for (int i = 0; i < HEAD_DIM; i++) {
        q[i] *= to_base_two;
        o[i] = 0.0f;
    }

    float highest = MINUS_INFINITY, total = 0.0f;
    for (unsigned first = 0; first < length; first += TILE) {
        unsigned here = length - first < TILE ? length - first : TILE;
        for (int at = lane * 8; at < TILE * HEAD_DIM; at += WARP * 8) {
            unsigned row = at / HEAD_DIM;
            int i = column + at % HEAD_DIM;
            if (row < here) {
                const bf16 *token = post + (size_t)(first + row) * (3 * HIDDEN);
                finished(token + HIDDEN + i, scale + HIDDEN + i, bias + HIDDEN + i, keys + at);
                finished(token + 2 * HIDDEN + i, scale + 2 * HIDDEN + i, bias + 2 * HIDDEN + i, values + at);
            } else {
                for (int j = 0; j < 8; j++) keys[at + j] = values[at + j] = 0.0f;
            }
        }
        __syncwarp();
        for (unsigned chunk = 0; chunk < here; chunk += KEYS_AT_ONCE) {
            float scores[KEYS_AT_ONCE];
            float top = highest;
            #pragma unroll
            for (int j = 0; j < KEYS_AT_ONCE; j++) {
                const float *key = keys + (chunk + j) * HEAD_DIM;
                float score = 0.0f;
                #pragma unroll
                for (int i = 0; i < HEAD_DIM; i++) score += q[i] * key[i];
                scores[j] = chunk + j < here ? score : MINUS_INFINITY;
                top = scores[j] > top ? scores[j] : top;
            }
            float shrink = exp2f(highest - top);
            highest = top;
            total *= shrink;
            #pragma unroll
            for (int i = 0; i < HEAD_DIM; i++) o[i] *= shrink;
            #pragma unroll
            for (int j = 0; j < KEYS_AT_ONCE; j++) {
                float weight = exp2f(scores[j] - highest);
                const float *value = values + (chunk + j) * HEAD_DIM;
                total += weight;
                #pragma unroll
                for (int i = 0; i < HEAD_DIM; i++) o[i] += weight * value[i];
            }
        }
        __syncwarp();
    }
    if (lane < queries) {
        uint4 *to = (uint4 *)(out + (size_t)(tile.w + lane) * HIDDEN + column);
        float share = 1.0f / total;
        #pragma unroll
        for (int i = 0; i < HEAD_DIM; i += 8) {
            uint4 words;
            words.x = narrow_pair(o[i] * share, o[i + 1] * share);
            words.y = narrow_pair(o[i + 2] * share, o[i + 3] * share);
            words.z = narrow_pair(o[i + 4] * share, o[i + 5] * share);
            words.w = narrow_pair(o[i + 6] * share, o[i + 7] * share);
            to[i / 8] = words;
        }
    }
}
