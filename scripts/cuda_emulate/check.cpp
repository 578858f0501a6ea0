// Every kernel against a plain reference in f64, on numbers drawn anew: one case a line, and 1 at the end if any is off.
//
// What a kernel reads ends exactly where its buffer does (under -fsanitize=address), and what it writes is poisoned before.
#include "emulate.h"

#include "common.cuh"
#include "rows.cu"
#include "gelu.cu"
#include "attention.cu"
#include "head.cu"

#include <random>
#include <string>

using emulate::launch;
typedef std::vector<float> Floats;
typedef std::vector<bf16> Halves;

static std::mt19937 draws(20251122);
static bool failed = false;

static Floats random(size_t n, float spread, float middle = 0.0f) {
    std::normal_distribution<float> normal(middle, spread);
    Floats values(n);
    for (float &v : values) v = normal(draws);
    return values;
}

static Halves halves(const Floats &values) {
    Halves out;
    for (float v : values) out.push_back((bf16)narrow(v));
    return out;
}

// A fresh allocation of 16-byte alignment and exactly this size, so that the sanitizer sees what goes beyond.
template <class T> struct Buffer {
    T *data; size_t n;
    Buffer(const std::vector<T> &from) : data((T *)std::aligned_alloc(16, (from.size() * sizeof(T) + 15) / 16 * 16)), n(from.size()) {
        std::memcpy(data, from.data(), n * sizeof(T));
    }
    ~Buffer() { std::free(data); }
};

static unsigned blocks(size_t n, size_t a_block) { return (unsigned)((n + a_block - 1) / a_block); }

static void report(const std::string &name, double error, double norm, double allowed) {
    double share = std::sqrt(error / norm);
    bool good = share <= allowed;  // false for what is no number
    failed |= !good;
    std::printf("%-58s relative error %.1e (allowed %.0e) %s\n", name.c_str(), share, allowed, good ? "ok" : "OFF");
}

// ||got - want|| over ||want||; bf16 results may be off by what rounding to bf16 alone does.
static void compare(const std::string &name, const Halves &got, const std::vector<double> &want) {
    double error = 0, norm = 0;
    for (size_t i = 0; i < want.size(); i++) {
        double difference = widen(got[i]) - want[i];
        error += difference * difference;
        norm += want[i] * want[i];
    }
    report(name, got.size() == want.size() ? error : NAN, norm, 2.5e-3);
}

static std::vector<double> normalised(const std::vector<double> &x, const Floats &gain, const Floats &shift, double epsilon) {
    std::vector<double> out(x.size());
    for (size_t row = 0; row < x.size() / HIDDEN; row++) {
        const double *at = &x[row * HIDDEN];
        double mean = 0, variance = 0;
        for (int i = 0; i < HIDDEN; i++) mean += at[i] / HIDDEN;
        for (int i = 0; i < HIDDEN; i++) variance += (at[i] - mean) * (at[i] - mean) / HIDDEN;
        for (int i = 0; i < HIDDEN; i++) out[row * HIDDEN + i] = (at[i] - mean) / std::sqrt(variance + epsilon) * gain[i] + shift[i];
    }
    return out;
}

static void check_rows(unsigned rows) {
    const unsigned vocabulary = 50, places = 9;
    Floats words = random(vocabulary * HIDDEN, 0.1f), positions = random(places * HIDDEN, 0.1f);
    Floats gain = random(HIDDEN, 0.2f, 1.0f), shift = random(HIDDEN, 0.1f);
    std::vector<unsigned> ids(rows), at(rows);
    std::vector<double> sums;
    for (unsigned r = 0; r < rows; r++) {
        ids[r] = draws() % vocabulary, at[r] = draws() % places;
        for (int i = 0; i < HIDDEN; i++) sums.push_back((double)words[ids[r] * HIDDEN + i] + positions[at[r] * HIDDEN + i]);
    }
    Buffer<bf16> out(Halves(rows * HIDDEN, 0x7fff));
    Buffer<unsigned> id(ids), place(at);
    launch(blocks(rows, ROWS_A_BLOCK), 1, ROWS_A_BLOCK * WARP, [&] {
        embed(id.data, place.data, rows, words.data(), positions.data(), gain.data(), shift.data(), 1e-12f, (unsigned *)out.data);
    });
    compare("embed, " + std::to_string(rows) + " rows", Halves(out.data, out.data + out.n), normalised(sums, gain, shift, 1e-12));

    Halves product = halves(random(rows * HIDDEN, 40.0f)), residual = halves(random(rows * HIDDEN, 1.0f));
    Floats scale = random(HIDDEN, 0.005f, 0.02f), bias = random(HIDDEN, 0.1f);
    for (size_t i = 0; i < product.size(); i++)
        sums[i] = (double)widen(product[i]) * scale[i % HIDDEN] + bias[i % HIDDEN] + widen(residual[i]);
    Buffer<bf16> x(product), rest(residual);
    launch(blocks(rows, ROWS_A_BLOCK), 1, ROWS_A_BLOCK * WARP, [&] {
        add_norm((unsigned *)x.data, scale.data(), bias.data(), (unsigned *)rest.data, rows, gain.data(), shift.data(), 1e-5f);
    });
    compare("add_norm, " + std::to_string(rows) + " rows", Halves(x.data, x.data + x.n), normalised(sums, gain, shift, 1e-5));
}

static void check_gelu(unsigned rows, unsigned width) {
    Halves product = halves(random((size_t)rows * width, 60.0f));
    Buffer<float> scale(random(width, 0.005f, 0.03f)), bias(random(width, 0.3f));
    std::vector<double> want(product.size());
    for (size_t i = 0; i < want.size(); i++) {
        double v = (double)widen(product[i]) * scale.data[i % width] + bias.data[i % width];
        want[i] = 0.5 * v * (1.0 + std::erf(v / std::sqrt(2.0)));
    }
    Buffer<bf16> x(product);
    launch(blocks(rows, GELU_ROWS), blocks(width / 8, GELU_THREADS), GELU_THREADS,
           [&] { finish_gelu((uint4 *)x.data, scale.data, bias.data, rows, width); });
    compare("finish_gelu, " + std::to_string(rows) + " x " + std::to_string(width), Halves(x.data, x.data + x.n), want);
}

static void check_attention(const std::vector<unsigned> &lengths, unsigned most) {
    std::vector<uint4> tiles;
    unsigned tokens = 0, rows = 0;
    for (unsigned length : lengths) {
        for (unsigned query = 0; query < (most == 1 ? 1 : length); query += TILE) {
            tiles.push_back({tokens, length, query, rows});
            rows += most == 1 ? 1 : std::min((unsigned)TILE, length - query);
        }
        tokens += length;
    }
    Halves product = halves(random((size_t)tokens * 3 * HIDDEN, 50.0f));
    Buffer<float> scale(random(3 * HIDDEN, 0.005f, 0.03f)), bias(random(3 * HIDDEN, 0.2f));
    std::vector<double> qkv(product.size()), want;
    for (size_t i = 0; i < qkv.size(); i++)
        qkv[i] = (double)widen(product[i]) * scale.data[i % (3 * HIDDEN)] + bias.data[i % (3 * HIDDEN)];
    want.assign((size_t)rows * HIDDEN, 0.0);
    unsigned first = 0, row = 0;
    for (unsigned length : lengths) {
        for (unsigned query = 0; query < (most == 1 ? 1 : length); query++, row++)
            for (int head = 0; head < HEADS; head++) {
                auto at = [&](unsigned token, int part) { return &qkv[((size_t)(first + token) * 3 + part) * HIDDEN + head * HEAD_DIM]; };
                std::vector<double> weights(length);
                double total = 0;
                for (unsigned key = 0; key < length; key++) {
                    double score = 0;
                    for (int i = 0; i < HEAD_DIM; i++) score += at(query, 0)[i] * at(key, 1)[i];
                    total += weights[key] = std::exp(score / std::sqrt((double)HEAD_DIM));
                }
                for (unsigned key = 0; key < length; key++)
                    for (int i = 0; i < HEAD_DIM; i++)
                        want[(size_t)row * HIDDEN + head * HEAD_DIM + i] += weights[key] / total * at(key, 2)[i];
            }
        first += length;
    }
    Buffer<bf16> x(product), out(Halves((size_t)rows * HIDDEN, 0x7fff));
    Buffer<uint4> tile(tiles);
    launch(blocks(tiles.size(), ATTENTION_WARPS), HEADS, ATTENTION_WARPS * WARP, [&] {
        attention(x.data, scale.data, bias.data, tile.data, (unsigned)tiles.size(), most, out.data);
    });
    std::string name = most == 1 ? "attention of first tokens, lengths" : "attention, lengths";
    for (unsigned length : lengths) name += " " + std::to_string(length);
    compare(name, Halves(out.data, out.data + out.n), want);

    if (most > 1) return;
    std::vector<bf16> hidden = halves(random((size_t)tokens * HIDDEN, 1.0f));
    std::vector<double> firsts;
    for (uint4 post : tiles)
        for (int i = 0; i < HIDDEN; i++) firsts.push_back(widen(hidden[(size_t)post.x * HIDDEN + i]));
    Buffer<bf16> from(hidden), to(Halves(firsts.size(), 0x7fff));
    launch(blocks(tiles.size(), ROWS_A_BLOCK), 1, ROWS_A_BLOCK * WARP,
           [&] { first_rows((unsigned *)from.data, tile.data, (unsigned)tiles.size(), (unsigned *)to.data); });
    compare("first_rows", Halves(to.data, to.data + to.n), firsts);
}

static void check_head(unsigned posts, unsigned labels, bool is_relu) {
    Halves x = halves(random((size_t)posts * HIDDEN, 1.0f));
    Floats dense = random(HIDDEN * HIDDEN, 0.05f), dense_bias = random(HIDDEN, 0.1f);
    Floats output = random(labels * HIDDEN, 0.05f), output_bias = random(labels, 0.1f);
    Buffer<bf16> rows(x);
    Buffer<float> out(Floats(posts * labels, NAN));
    launch(blocks(posts, HEAD_POSTS), 1, HEAD_THREADS, [&] {
        head(rows.data, posts, dense.data(), dense_bias.data(), is_relu, output.data(), output_bias.data(), labels, out.data);
    });
    double error = 0, norm = 0;
    for (unsigned post = 0; post < posts; post++) {
        std::vector<double> pooled(HIDDEN);
        for (int to = 0; to < HIDDEN; to++) {
            double sum = dense_bias[to];
            for (int i = 0; i < HIDDEN; i++) sum += (double)dense[i * HIDDEN + to] * widen(x[(size_t)post * HIDDEN + i]);
            pooled[to] = is_relu ? std::max(0.0, sum) : std::tanh(sum);
        }
        for (unsigned label = 0; label < labels; label++) {
            double sum = output_bias[label];
            for (int i = 0; i < HIDDEN; i++) sum += (double)output[label * HIDDEN + i] * pooled[i];
            error += std::pow(out.data[post * labels + label] - sum, 2);
            norm += sum * sum;
        }
    }
    report("head, " + std::to_string(posts) + " posts, " + std::to_string(labels) + " labels", error, norm, 1e-5);
}

int main() {
    std::printf("hidden %d, %d heads of %d\n", HIDDEN, HEADS, HEAD_DIM);
    for (unsigned rows : {1u, 4u, 511u}) check_rows(rows);
    for (unsigned rows : {1u, 13u}) check_gelu(rows, 4 * HIDDEN);
    for (unsigned most : {(unsigned)TILE, 1u})
        for (const auto &lengths : std::vector<std::vector<unsigned>>{{1}, {511}, {5, 32, 77}, {33, 1, 64, 2, 8, 9, 7}}) check_attention(lengths, most);
    for (unsigned posts : {1u, 5u}) check_head(posts, 8, false);
    check_head(4, 3, true);
    return failed;
}
