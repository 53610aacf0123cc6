//! Ten kernels, written as a user would: value and dense derivative of each are counted.

use differentiable::differentiable;

#[differentiable]
pub fn poly(x: f64) -> f64 {
    x * x + 2.0 * x + 1.0
}

/// Rosenbrock's valley in ten dimensions, term by term.
#[differentiable]
pub fn rosen10(x: [f64; 10]) -> f64 {
    let [x0, x1, x2, x3, x4, x5, x6, x7, x8, x9] = x;
    let term = |a: f64, b: f64| 100.0 * (b - a * a).powi(2) + (1.0 - a).powi(2);
    term(x0, x1)
        + term(x1, x2)
        + term(x2, x3)
        + term(x3, x4)
        + term(x4, x5)
        + term(x5, x6)
        + term(x6, x7)
        + term(x7, x8)
        + term(x8, x9)
}

/// Where a world point is in the frame of a body at `t` with orientation `(x, y, z, w)`: the rotation is undone.
#[differentiable]
pub fn se3inv(p: [f64; 3], q: [f64; 4], t: [f64; 3]) -> [f64; 3] {
    let [x, y, z, w] = [-q[0], -q[1], -q[2], q[3]];
    let v = [p[0] - t[0], p[1] - t[1], p[2] - t[2]];
    let c = [y * v[2] - z * v[1], z * v[0] - x * v[2], x * v[1] - y * v[0]];
    let d = [y * c[2] - z * c[1], z * c[0] - x * c[2], x * c[1] - y * c[0]];
    [
        v[0] + 2.0 * (w * c[0]) + 2.0 * d[0],
        v[1] + 2.0 * (w * c[1]) + 2.0 * d[1],
        v[2] + 2.0 * (w * c[2]) + 2.0 * d[2],
    ]
}

/// Snavely's camera: rotation vector `w`, translation `t`, focal length `f`, distortion `k1`, `k2`; the point `p`.
#[differentiable]
pub fn ba(
    w: [f64; 3],
    t: [f64; 3],
    f: f64,
    k1: f64,
    k2: f64,
    p: [f64; 3],
    #[constant] seen: [f64; 2],
) -> [f64; 2] {
    let theta = (w[0] * w[0] + w[1] * w[1] + w[2] * w[2]).sqrt();
    let (sin, cos) = theta.sin_cos();
    let a = [w[0] / theta, w[1] / theta, w[2] / theta];
    let cross = [
        a[1] * p[2] - a[2] * p[1],
        a[2] * p[0] - a[0] * p[2],
        a[0] * p[1] - a[1] * p[0],
    ];
    let dot = (a[0] * p[0] + a[1] * p[1] + a[2] * p[2]) * (1.0 - cos);
    let r = [
        p[0] * cos + cross[0] * sin + a[0] * dot + t[0],
        p[1] * cos + cross[1] * sin + a[1] * dot + t[1],
        p[2] * cos + cross[2] * sin + a[2] * dot + t[2],
    ];
    let (u, v) = (-r[0] / r[2], -r[1] / r[2]);
    let r2 = u * u + v * v;
    let l = f * (1.0 + r2 * (k1 + k2 * r2));
    [l * u - seen[0], l * v - seen[1]]
}

/// Lennard-Jones between two atoms.
#[differentiable]
pub fn lj(p: [f64; 3], q: [f64; 3], #[constant] epsilon: f64, #[constant] sigma: f64) -> f64 {
    let d = [p[0] - q[0], p[1] - q[1], p[2] - q[2]];
    let r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
    let s6 = (sigma * sigma / r2).powi(3);
    4.0 * epsilon * (s6 * s6 - s6)
}

#[differentiable]
pub fn det3(m: [[f64; 3]; 3]) -> f64 {
    let [[a, b, c], [d, e, f], [g, h, i]] = m;
    a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
}

/// Kepler's equation.
#[differentiable]
pub fn kepler(anomaly: f64, e: f64, m: f64) -> f64 {
    anomaly - e * anomaly.sin() - m
}

/// A network of 4 inputs, 8 hidden units and one output.
#[differentiable]
pub fn mlp(w: [[f64; 4]; 8], b: [f64; 8], v: [f64; 8], c: f64, #[constant] x: [f64; 4]) -> f64 {
    let mut y = c;
    for k in 0..8 {
        let a = w[k][0] * x[0] + w[k][1] * x[1] + w[k][2] * x[2] + w[k][3] * x[3] + b[k];
        y += v[k] * a.tanh();
    }
    y
}

/// The log-likelihood of one point under a mixture of three Gaussians in the plane.
#[differentiable]
pub fn gmm(
    alpha: [f64; 3],
    q: [[f64; 2]; 3],
    l: [f64; 3],
    mu: [[f64; 2]; 3],
    #[constant] x: [f64; 2],
) -> f64 {
    let term = |k: usize| {
        let d = x[0] - mu[k][0];
        let z0 = q[k][0].exp() * d;
        let z1 = l[k] * d + q[k][1].exp() * (x[1] - mu[k][1]);
        (alpha[k] + q[k][0] + q[k][1] - 0.5 * (z0 * z0 + z1 * z1)).exp()
    };
    let evidence = (term(0) + term(1) + term(2)).ln();
    let weights = (alpha[0].exp() + alpha[1].exp() + alpha[2].exp()).ln();
    evidence - weights - 1.8378770664093453
}

/// The price of a call after Black and Scholes: spot, strike, rate, time, volatility.
#[differentiable]
pub fn bs(s: f64, k: f64, r: f64, t: f64, sigma: f64) -> f64 {
    let normal = |x: f64| 0.5 * (1.0 + libm::erf(x * std::f64::consts::FRAC_1_SQRT_2));
    let root = sigma * t.sqrt();
    let d1 = ((s / k).ln() + (r + 0.5 * sigma * sigma) * t) / root;
    let d2 = d1 - root;
    s * normal(d1) - k * (-r * t).exp() * normal(d2)
}
