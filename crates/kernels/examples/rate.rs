//! Rates of the kernels on this machine: `cargo run --release -p grens-kernels --example rate`.

use grens_kernels::*;
use std::time::Instant;
fn main() {
    let t = Tier::fastest();
    let m = 960;
    for (k, n) in [(384, 1152), (384, 384), (384, 1536), (1536, 384)] {
        let x = vec![0.5f32; m * k];
        let w = PackedMatrix::pack(&vec![0.1; n * k], n, k);
        let b = vec![0.0; n];
        let mut o = vec![0.0; m * n];
        for _ in 0..2 {
            linear(t, &x, &w, &b, Activation::None, &mut o);
        }
        let s = Instant::now();
        for _ in 0..5 {
            linear(t, &x, &w, &b, Activation::None, &mut o);
        }
        let e = s.elapsed().as_secs_f64() / 5.0;
        println!("linear {k}x{n}: {:.1} GFLOP/s", 2.0 * (m * k * n) as f64 / e / 1e9);
    }
    let mut g = vec![0.3f32; 960 * 1536];
    let s = Instant::now();
    gelu(t, &mut g);
    println!("gelu {:.2} ms", s.elapsed().as_secs_f64() * 1e3);
    let qkv = vec![0.1f32; 960 * 1152];
    let mut o = vec![0.0; 960 * 384];
    let s = Instant::now();
    attention(t, &qkv, &[40; 24], AttentionShape { heads: 12, head_dim: 32 }, Queries::All, &mut o);
    println!("attention {:.2} ms", s.elapsed().as_secs_f64() * 1e3);
    let s = Instant::now();
    layer_norm(t, &mut o, &[], &[1.0; 384], &[0.0; 384], 1e-12);
    println!("norm {:.2} ms", s.elapsed().as_secs_f64() * 1e3);
}
