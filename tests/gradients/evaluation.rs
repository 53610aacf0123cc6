//! What runs when: operands from left to right, the right side of `+=` first, conditions with side effects.

use crate::check::{check, check_hessian};
use differentiable::differentiable;

#[differentiable]
fn order(x: f64) -> f64 {
    let mut x = x;
    let mut a = [x, x * 2.0, 1.0];
    x += {
        x *= 2.0;
        1.0
    };
    a[0] += {
        a[0] *= 3.0;
        x
    };
    let y = x + {
        x *= x;
        x
    };
    let z = (
        x,
        {
            x -= 1.0;
            x
        },
        x,
    );
    a[1] - a[0] * y + z.0 * z.1 - z.2 + a[2]
}

/// The index is evaluated after the right side, and once.
#[differentiable]
fn order_of_an_index(x: f64) -> f64 {
    let mut k = 0;
    let mut a = [x, 2.0 * x, 3.0 * x];
    a[{
        k += 1;
        k
    }] *= {
        k += 1;
        x * f64::from(k as u8)
    };
    let y = a[{
        k -= 1;
        k
    }];
    y * a[2] + k as f64 * x
}

#[differentiable]
fn short_circuits(x: f64) -> f64 {
    let mut calls = 0;
    let mut y = x;
    if {
        calls += 1;
        calls > 3
    } && {
        y *= 100.0;
        true
    } {
        y += 1.0;
    }
    if {
        calls += 1;
        calls > 1
    } || {
        y *= 100.0;
        true
    } {
        y *= x;
    }
    while calls < 5 && {
        y += x;
        y < 100.0
    } {
        calls += 1;
    }
    y
}

#[differentiable]
fn returns_inside_of_arguments(x: f64) -> f64 {
    let y = f64::max(x, if x > 2.0 { return 7.0 * x } else { 0.5 });
    let z = [y, if y < 0.6 { return y * y } else { y.sin() }];
    z[0] * z[1]
}

#[test]
fn operands_are_evaluated_in_rusts_order() {
    check_hessian!(order(0.7));
    check_hessian!(order_of_an_index(0.7));
    check_hessian!(short_circuits(0.7));
    for x in [0.3, 0.7, 2.7] {
        check_hessian!(returns_inside_of_arguments(x));
    }
}

#[differentiable]
fn units(x: f64) -> f64 {
    let mut y = x;
    let () = if y > 0.5 { y *= 2.0 } else { y = 1.0 };
    let _: () = {
        y += x;
    };
    match y {
        y if y > 100.0 => (),
        _ => y *= 1.5,
    }
    y
}

#[differentiable]
fn loops_as_operands(x: f64) -> f64 {
    let mut n = 0;
    let a = [
        loop {
            n += 1;
            if n > 3 {
                break x * f64::from(n);
            }
        },
        2.0,
    ];
    let b = (loop {
        break x;
    }) * 2.0;
    a[0] * b
        + 'block: {
            if x > 0.5 {
                break 'block 1.0;
            }
            x * a[1]
        }
}

#[differentiable]
fn leaves_from_inside_a_match(x: f64) -> f64 {
    let mut sum = 0.0;
    'outer: for i in 0..5 {
        match i {
            1 => continue 'outer,
            3 if x > 0.5 => break 'outer,
            _ => {
                for j in 0..i {
                    if j == 2 {
                        continue 'outer;
                    }
                    sum += x * f64::from(j);
                }
            }
        }
        sum += x.powi(i);
    }
    sum
}

#[test]
fn control_flow_in_odd_places() {
    for x in [0.3, 0.7] {
        check_hessian!(units(x));
        check_hessian!(loops_as_operands(x));
        check_hessian!(leaves_from_inside_a_match(x));
    }
}

#[differentiable]
fn precedence(x: f64, y: f64) -> f64 {
    -x.abs() + (-x).abs() * -2.0_f64.powi(2) - -y / -x * 1. - 2. * x.powi(2) % 0.7 + 1e-3_f64 * x
        - 0x10 as f64 * y
}

#[differentiable]
fn intervals(x: f64) -> f64 {
    if (0.0..1.0).contains(&x) {
        x * x
    } else if (1.0..=2.0).contains(&x) {
        x.exp()
    } else {
        1.0
    }
}

#[differentiable]
fn greek(α: f64) -> f64 {
    let σ_2 = α * α;
    let Δ = σ_2 - α;
    Δ * σ_2
}

#[test]
fn syntax() {
    check_hessian!(precedence(0.7, 0.9));
    for x in [0.3, 1.4, 2.5] {
        check_hessian!(intervals(x));
    }
    check_hessian!(greek(0.7));
}

#[differentiable]
fn through_references(x: f64) -> f64 {
    let mut a = x;
    let r = &mut a;
    *r *= 2.0;
    *r += *r * x;
    let s = &*r;
    let t = *s * x;
    let mut array = [t, 1.0];
    {
        let entry = &mut array[0];
        *entry *= *entry;
    }
    for entry in &mut array {
        *entry += x;
    }
    let [p, q] = &mut array;
    *p += *q * *q;
    std::mem::swap(p, q);
    array[0] - array[1] * a
}

#[differentiable]
fn array_with_itself(m: &[[f64; 2]; 2]) -> f64 {
    let mut a = *m;
    for i in 0..2 {
        for j in 0..2 {
            a[i][j] += a[j][i] * a[1 - i][j];
        }
    }
    let n = a.len();
    a[0] = a[n - 1];
    a[0][1] *= 2.0;
    let row = a[1];
    a[1][0] += row[0] * a[0][1];
    a[1][0] * a[0][0] + row[1]
}

#[test]
fn memory_that_is_reached_in_several_ways() {
    check_hessian!(through_references(0.7));
    check!(array_with_itself(&[[0.3, 0.4], [0.5, 0.9]]));
}
